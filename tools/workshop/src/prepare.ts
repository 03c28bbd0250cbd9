/** Begins in the middle: what comes before a step is carried out, so that its servers run and its files are there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeFailure, parseWalkthrough, type Values, WalkthroughRun } from "@socketscope/walkthroughs";
import { WorkshopError } from "./errors.ts";
import type { Lesson } from "./lesson.ts";

export interface Prepared extends AsyncDisposable {
  /** Where the reader's shell should stand. */
  readonly folder: string;
  readonly values: Values;
  /** Functions that the text has defined in the reader's shell. */
  readonly functions: readonly string[];
}

/** `home`: the servers keep their state where the reader's own would. Throws WorkshopError ROOM. */
export async function prepare(
  root: string,
  lesson: Lesson,
  step: number,
  home: string,
): Promise<Prepared | undefined> {
  const path = lesson.file;
  const walkthrough = parseWalkthrough(path, readFileSync(join(root, path), "utf8"));
  const from = lesson.steps[step]?.lines.from ?? 0;
  const before = walkthrough.steps.findLastIndex((one) => one.line < from);
  if (before === -1) return undefined;
  const run = new WalkthroughRun(walkthrough, { workspace: root, environment: { HOME: home } });
  for (let at = 0; at <= before; at += 1) {
    const outcome = await run.step(at);
    const failed = walkthrough.steps[at];
    if (outcome.state !== "failed" || failed === undefined) continue;
    await run[Symbol.asyncDispose]();
    throw new WorkshopError("ROOM", `the way to this step failed\n${describeFailure(path, failed, outcome)}`);
  }
  const functions = walkthrough.steps
    .slice(0, before + 1)
    .flatMap((one) => (one.kind === "command" && /^\w+\(\) \{/.test(one.command) ? [one.command] : []));
  return {
    folder: run.folder,
    values: run.values,
    functions,
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}
