/** Runs the walkthroughs that are lessons, a test for each step; each check must tick when its step was done, and not before. */
import { needing, realClient, workspaceRoot } from "@socketscope/testkit";
import { describeFailure, readWalkthrough, type Step, titleOf } from "@socketscope/walkthroughs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLessons } from "../src/find.ts";
import type { Judge } from "../src/judge.ts";
import type { Lesson, LessonStep } from "../src/lesson.ts";
import { linesBefore } from "../src/prepare.ts";
import { LessonRoom } from "./lesson-room.ts";

const lessons = findLessons(workspaceRoot);

for (const file of new Set(lessons.map((lesson) => lesson.file))) {
  const walkthrough = readWalkthrough(workspaceRoot, file);
  const programs = ["bash", ...new Set(walkthrough.steps.flatMap((step) => step.needs))];
  const { missing } = realClient(...programs);
  needing(missing).describe(`runs ${file}`, () => {
    let room: LessonRoom;
    let judges: readonly Judge[] = [];
    beforeAll(async () => {
      room = await LessonRoom.open(walkthrough);
    });
    afterAll(() => room[Symbol.asyncDispose]());
    for (const part of partsOf(lessons.filter((lesson) => lesson.file === file))) {
      for (const [at, step] of walkthrough.steps.entries()) {
        if (!inside(step, part) || leftOut(step)) continue;
        const first = walkthrough.steps.findIndex((one) => inside(one, part)) === at;
        it(
          `${file}:${step.line} ${titleOf(step)}`,
          async () => {
            if (first) judges = room.judge(part.checks);
            const outcome = await room.step(at);
            const failure = outcome.state === "failed" ? describeFailure(file, step, outcome) : undefined;
            expect(failure).toBeUndefined();
          },
          (step.timeout + 20) * 1000,
        );
      }
      for (const [at, check] of part.checks.entries()) {
        it(`${file}:${check.line} ticks: ${check.title}`, async () => {
          await room.until(() => judges[at]?.done);
          expect(judges[at]?.done, judges[at]?.told).toBe(true);
        });
      }
    }
  });
}

describe("the lessons", () => {
  it.each(lessons)("$number, $title: has checks, each with three wrong tries or more", ({ steps }) => {
    const checks = steps.flatMap((step) => step.checks);
    expect(checks.length).toBeGreaterThan(0);
    for (const { title, wrong } of checks) expect(wrong.length, title).toBeGreaterThanOrEqual(3);
  });

  it.each(lessons)("$number, $title: takes 10 to 20 minutes, and says what to do without Linux", (lesson) => {
    expect(lesson.minutes).toBeGreaterThanOrEqual(10);
    expect(lesson.minutes).toBeLessThanOrEqual(20);
    expect(lesson.withoutLinux).toBeDefined();
  });

  it.each(
    lessons.flatMap((lesson) =>
      lesson.steps.map((step, at) => [`${lesson.number}.${at + 1}`, lesson.file, step] as const),
    ),
  )("start %s: who begins there has what its commands speak of", (_, file, step) => {
    const walkthrough = readWalkthrough(workspaceRoot, file);
    const inStep = walkthrough.steps.filter((one) => inside(one, step) && one.kind === "command");
    const commands = inStep.flatMap((one) => (one.kind === "command" ? [one.command] : []));
    const earlier = [...linesBefore(walkthrough, step.lines.from), step.before].filter((line) => line !== "");
    // A number that an earlier step has captured is given as a variable.
    const captured = walkthrough.steps
      .filter((one) => one.line < step.lines.from && "expected" in one)
      .flatMap((one) => ("expected" in one ? one.expected.lines : []))
      .flatMap((line) => [...line.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name));
    for (const [at, command] of commands.entries()) {
      if (/^\w+\(\) \{/.test(command)) continue;
      const said = [...earlier, ...commands.slice(0, at), command].join("\n");
      for (const [, name = ""] of command.matchAll(/\$([a-z]\w*)/g)) {
        const given = new RegExp(`(?:^|[\\s;(])${name}=|for ${name} in|read .*\\b${name}\\b`, "m").test(said);
        expect(given || captured.includes(name), `${command}: $${name}`).toBe(true);
      }
      for (const [, one = ""] of command.matchAll(/(?:>&|<&|-u )([3-9])\b/g))
        expect(said, command).toMatch(new RegExp(`exec ${one}<>`));
      const [, spoken] = /(?:^|; )(say|reply|call|talk|ctl|held|look|newest)\b/.exec(command) ?? [];
      if (spoken !== undefined) expect(said, command).toContain(`${spoken}() {`);
      if (spoken === "say" || spoken === "reply") expect(said, command).toMatch(/exec 3<>|call \$/);
    }
  });

  it("are numbered from 1 to 16", () => {
    expect(lessons.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
  });
});

function partsOf(all: readonly Lesson[]): LessonStep[] {
  return all.flatMap(({ steps }) => steps);
}

function inside({ line }: Step, { lines }: LessonStep): boolean {
  return line >= lines.from && line <= lines.to;
}

function leftOut({ leftOut: left }: Step): boolean {
  return left !== undefined && !left.except.includes(process.platform);
}
