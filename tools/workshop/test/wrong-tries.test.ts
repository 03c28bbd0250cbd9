/** Does each wrong try of the lessons get told what is missing? */
import { needing, realClient, workspaceRoot } from "@socketscope/testkit";
import {
  describeFailure,
  parseWalkthrough,
  readWalkthrough,
  type Step,
  type Walkthrough,
} from "@socketscope/walkthroughs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findLessons } from "../src/find.ts";
import type { Check } from "../src/lesson.ts";
import { LessonRoom } from "./lesson-room.ts";

const lessons = findLessons(workspaceRoot);

for (const file of new Set(lessons.map((lesson) => lesson.file))) {
  const walkthrough = readWalkthrough(workspaceRoot, file);
  const checks = lessons
    .filter((one) => one.file === file)
    .flatMap(({ steps }) => steps.flatMap((step) => step.checks));
  const tries = checks.flatMap((check) => check.wrong.map((one) => ({ check, ...one })));
  const setup = walkthrough.steps.filter(({ line }) => line < secondSection(file));
  const whole: Walkthrough = {
    path: file,
    steps: [...setup, ...tries.map(({ command, check }) => stepOf(command, check))],
  };
  const programs = ["bash", ...new Set(walkthrough.steps.flatMap((step) => step.needs))];
  const { missing } = realClient(...programs);
  needing(missing).describe(`wrong tries of ${file}`, () => {
    let room: LessonRoom;
    beforeAll(async () => {
      room = await LessonRoom.open(whole);
    });
    afterAll(() => room[Symbol.asyncDispose]());
    for (const [at, { check, command, told }] of tries.entries()) {
      it(`${check.title}: ${command}`, async () => {
        // The servers come first, and the try before this one is over.
        const before = setup.length + at - 1;
        const outcome = await room.step(before);
        const step = whole.steps[before];
        if (outcome.state === "failed" && step !== undefined)
          expect.fail(describeFailure(file, step, outcome));
        const [judge] = room.judge([check]);
        const done = await room.step(before + 1);
        expect(done.state).toBe("passed");
        await room.until(() => judge?.told.includes(told));
        expect(judge?.told).toContain(told);
        expect(judge?.done).toBe(false);
      });
    }
  });
}

/** The line where the lesson's own steps begin: its first section starts the servers. */
function secondSection(file: string): number {
  const first = lessons
    .filter((one) => one.file === file)
    .toSorted((a, b) => (a.steps[0]?.lines.from ?? 0) - (b.steps[0]?.lines.from ?? 0))[0];
  return first?.steps[1]?.lines.from ?? Infinity;
}

function stepOf(command: string, { line }: Check): Step {
  const [step] = parseWalkthrough(
    "a wrong try",
    `\`\`\`console\n$ { ${command}; } 2>&1; true\n...\n\`\`\`\n`,
  ).steps;
  if (step === undefined) throw new Error("no step");
  return { ...step, line };
}
