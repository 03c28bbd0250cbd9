/** `start [LESSON[.STEP]]`: goes on where the reader was, or begins there. */
import type { Readable } from "node:stream";
import { type Ground } from "./ground.ts";
import { openInspector } from "./inspector.ts";
import { Live } from "./live.ts";
import { lessonNumbered } from "./find.ts";
import type { WorkshopOptions } from "./options.ts";
import { Place } from "./place.ts";
import { prepare } from "./prepare.ts";
import { TakingPart } from "./room/taking-part.ts";

export async function start(
  ground: Ground,
  { lesson, step, portBase, join }: WorkshopOptions,
  input: Readable,
  stopped: AbortSignal,
): Promise<number> {
  const place = await placeToStart(ground, lesson, step);
  await using watched = await openInspector(ground.root, ground.state, portBase);
  if (watched.page !== undefined) ground.print(`The inspector watches: ${watched.page}\n`);
  // Who goes on has its servers; who begins in the middle of a text has none.
  await using prepared =
    lesson === undefined ? undefined : await prepare(ground.root, place.lesson, place.index, ground.state);
  if (prepared === undefined)
    ground.print(
      "Keep this terminal for the text. Its commands go into others, in bash and in this folder: the text's first, second …\n",
    );
  else {
    ground.print(
      "What comes before is done: its servers and other terminals run out of sight, its files are there. In your own:\n\n",
    );
    const home = prepared.home === undefined ? [] : [`export HOME=${prepared.home}`];
    const lines = [`cd ${prepared.folder}`, ...home, ...prepared.lines];
    ground.print(lines.map((line) => `    ${line}\n`).join(""));
  }
  const live = new Live(ground, watched.inspector, place);
  const { state, print } = ground;
  using _taking = join && new TakingPart({ state, room: join, print, anew: () => live.anew() });
  await live.run(input, stopped);
  return 0;
}

async function placeToStart(
  { state, lessons }: Ground,
  number: number | undefined,
  step: number,
): Promise<Place> {
  const before = number === undefined ? await Place.read(state, lessons) : undefined;
  if (before !== undefined) return before;
  const lesson = lessonNumbered(lessons, number ?? lessons[0]?.number ?? 1);
  return Place.begin(state, lesson, step - 1, Date.now());
}
