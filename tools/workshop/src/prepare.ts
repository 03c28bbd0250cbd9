/** Begins in the middle: what comes before a step is carried out, so that its servers run and its files are there. */
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import {
  describeFailure,
  parseWalkthrough,
  type Walkthrough,
  WalkthroughRun,
} from "@socketscope/walkthroughs";
import { WorkshopError } from "./errors.ts";
import type { Lesson } from "./lesson.ts";
import { fillIn } from "./render.ts";

export interface Prepared extends AsyncDisposable {
  /** Where the reader's shell should stand. */
  readonly folder: string;
  /** A home for the reader's shell, where not the usual one: `~/.local/state/socketscope` is the state folder there, too. */
  readonly home: string | undefined;
  /** What the text has done in the reader's shell: its numbers, functions and names, and the connection that goes on. */
  readonly lines: readonly string[];
}

/** `state`: where the servers keep theirs, and where the text says `~/.local/state/socketscope`. Throws WorkshopError ROOM. */
export async function prepare(
  root: string,
  lesson: Lesson,
  step: number,
  state: string,
): Promise<Prepared | undefined> {
  const path = lesson.file;
  const walkthrough = parseWalkthrough(path, readFileSync(join(root, path), "utf8"));
  const from = lesson.steps[step]?.lines.from ?? 0;
  const before = walkthrough.steps.findLastIndex((one) => one.line < from);
  if (before === -1) return undefined;
  const isUsual = state === join(homedir(), STATE);
  const run = new WalkthroughRun(walkthrough, {
    workspace: root,
    ...(isUsual && { environment: { HOME: homedir() } }),
  });
  const home = isUsual ? undefined : homeWith(state, run.folder);
  for (let at = 0; at <= before; at += 1) {
    const outcome = await run.step(at);
    const failed = walkthrough.steps[at];
    if (outcome.state !== "failed" || failed === undefined) continue;
    await run[Symbol.asyncDispose]();
    throw new WorkshopError("ROOM", `the way to this step failed\n${describeFailure(path, failed, outcome)}`);
  }
  const numbers = [...run.values].map(([name, value]) => `${name}=${value}`).join(" ");
  const lines = [
    ...(numbers === "" ? [] : [numbers]),
    ...linesBefore(walkthrough, from).map((line) => fillIn(line, run.values)),
    lesson.steps[step]?.before ?? "",
  ];
  return {
    folder: run.folder,
    lines: lines.filter((line) => line !== ""),
    home,
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

/** Functions, and names given to what is no output of a command, that stand before a line of the text. */
export function linesBefore({ steps }: Walkthrough, line: number): string[] {
  return steps
    .filter((one) => one.line < line)
    .flatMap((one) => (one.kind === "command" ? [one.command] : []))
    .filter((command) => /^\w+\(\) \{/.test(command) || /^(?:export )?(?:\w+=[^\s$`"']+ ?)+$/.test(command));
}

/** As the lessons' texts have it. */
const STATE = join(".local", "state", "socketscope");

/** The run's own home, its state folder being ours by another name. */
function homeWith(state: string, folder: string): string {
  const home = join(folder, ".home");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(join(home, STATE)), { recursive: true });
  symlinkSync(state, join(home, STATE));
  return home;
}
