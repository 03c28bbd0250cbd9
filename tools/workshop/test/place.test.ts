import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readLesson } from "@socketscope/inspector";
import { TemporaryFolder } from "@socketscope/testkit";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseLessons } from "../src/parse.ts";
import { Place } from "../src/place.ts";
import { PROGRESS_FILE, readProgress } from "../src/progress.ts";

const lessons = parseLessons(
  "a.md",
  "<!-- lesson 1\ntitle: A\nminutes: 1\n-->\n\n## One\n\nText.\n\n## Two\n\nMore.\n",
);
const [lesson] = lessons;
if (lesson === undefined) throw new Error("no lesson");

let state = "";
beforeEach(() => {
  const folder = new TemporaryFolder("place");
  onTestFinished(() => folder[Symbol.dispose]());
  // Not there yet, as on a machine where nothing of ours ran before.
  state = join(folder.path, "state");
});

describe("the place of a reader", () => {
  it("outlives the program, with what is done", async () => {
    await (await Place.begin(state, lesson, 0, 5)).markDone();
    await Place.begin(state, lesson, 1, 9);
    const place = await Place.read(state, lessons);
    expect(place).toMatchObject({ index: 1, begun: 9, done: [0], last: true });
  });

  it("is read by the inspector's page", async () => {
    await (await Place.begin(state, lesson, 0, 5)).markDone();
    await Place.begin(state, lesson, 1, 9);
    expect(readLesson(await readFile(join(state, PROGRESS_FILE), "utf8"))).toEqual({
      number: 1,
      title: "A",
      step: 1,
      of: 2,
      asked: "Two",
      done: [0],
      checks: [],
    });
  });

  it("is nowhere before anything was begun", async () => {
    expect(await Place.read(state, lessons)).toBeUndefined();
  });

  it("is no step that the lesson has not", async () => {
    await expect(Place.begin(state, lesson, 2, 0)).rejects.toThrow("lesson 1 has the steps 1 to 2");
  });

  it("is never written over a file that is none of ours", async () => {
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(join(state, PROGRESS_FILE), "my notes");
    await expect(Place.begin(state, lesson, 0, 0)).rejects.toThrow("reset begins anew");
    await expect(readProgress(state)).rejects.toThrow(PROGRESS_FILE);
  });
});
