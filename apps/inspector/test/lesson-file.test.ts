import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { LessonFile, readLesson } from "../src/lesson/lesson-file.ts";
import type { LessonView } from "../src/views.ts";

const progress = {
  version: 1,
  lesson: 6,
  step: 1,
  begun: 0,
  done: { 6: [0], 7: [2] },
  shown: { lesson: "A letter", step: "An envelope", of: 3, checks: [{ title: "A", done: false, told: "B" }] },
};

it("tells when the file of a state folder is written, written anew, and gone", async () => {
  using folder = new TemporaryFolder("lesson-file");
  const told: (LessonView | undefined)[] = [];
  const file = new LessonFile({ state: folder.path, tell: (lesson) => told.push(lesson) });
  const path = join(folder.path, "workshop.json");
  await file.look();
  expect(told).toEqual([]);
  writeFileSync(path, JSON.stringify(progress));
  await file.look();
  await file.look();
  const view = {
    number: 6,
    title: "A letter",
    step: 1,
    of: 3,
    asked: "An envelope",
    done: [0],
    checks: [{ title: "A", done: false, told: "B" }],
  };
  expect(told).toEqual([view]);
  writeFileSync(path, JSON.stringify({ ...progress, step: 2, more: "" }));
  await file.look();
  expect(told.slice(1)).toEqual([{ ...view, step: 2 }]);
  expect(file.view).toEqual({ ...view, step: 2 });
  rmSync(path);
  await file.look();
  await file.look();
  expect(told.slice(2)).toEqual([undefined]);
});

it.each(["", "{", "null", "[]", '{"lesson":1}', JSON.stringify({ ...progress, shown: "x" })])(
  "takes %j for no lesson",
  (text) => {
    expect(readLesson(text)).toBeUndefined();
  },
);
