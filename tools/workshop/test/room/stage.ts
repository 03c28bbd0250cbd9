/** A room with eight people in it, for tests and pictures of its page. */
import { workspaceRoot } from "@socketscope/testkit";
import { findLessons } from "../../src/find.ts";
import { openRoom, type OpenRoom } from "../../src/room/open-room.ts";

export const lessons = findLessons(workspaceRoot);

export interface Stage extends AsyncDisposable {
  readonly room: OpenRoom;
  /** Time passes. */
  later(ms: number): void;
  report(report: unknown, token?: string): Promise<Response>;
}

export async function openStage(): Promise<Stage> {
  let now = 0;
  const room = await openRoom({ lessons, hosts: [], port: 0, now: () => now });
  return {
    room,
    later: (ms) => {
      now += ms;
    },
    report: (report, token = room.token) =>
      fetch(new URL("/report", room.page), {
        method: "POST",
        headers: { Authorization: `Bearer ${token}` },
        body: typeof report === "string" ? report : JSON.stringify(report),
      }),
    [Symbol.asyncDispose]: () => room.close(),
  };
}

export function personAt(name: string, lesson: number, step: number, whole = lesson - 1): object {
  const all = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const before = lessons.filter(({ number }) => number <= whole);
  const done = Object.fromEntries(before.map(({ number, steps }) => [number, all(steps.length)]));
  return {
    name,
    seat: Buffer.from(name.padEnd(8)).toString("hex").slice(0, 16),
    lesson,
    step,
    done: { ...done, ...(step > 0 && { [lesson]: all(step) }) },
  };
}

/** One is away, one is at a step for long. */
export async function fill(stage: Stage): Promise<void> {
  await stage.report(personAt("Ines", 4, 1));
  await stage.report(personAt("Kofi", 5, 0));
  stage.later(11 * 60_000);
  await stage.report(personAt("Ines", 4, 1));
  for (const [name, lesson, step, whole] of [
    ["Ann", 6, 4],
    ["Bartholomew-Alexander", 6, 3],
    ["Zoë", 6, 3],
    ["Dmitri", 6, 5],
    ["Mei", 6, 2],
    ["Noor", 7, 0],
    ["Ravi", 6, 2, 3],
  ] as const)
    await stage.report(personAt(name, lesson, step, whole));
  stage.later(3 * 60_000);
  for (const [name, lesson, step] of [
    ["Ann", 6, 4],
    ["Zoë", 6, 3],
    ["Mei", 6, 3],
    ["Noor", 7, 0],
    ["Ines", 4, 1],
  ] as const)
    await stage.report(personAt(name, lesson, step));
  await stage.report(personAt("Dmitri", 6, 5));
  await stage.report(personAt("Ravi", 6, 2, 3));
  await stage.report(personAt("Bartholomew-Alexander", 6, 3));
}
