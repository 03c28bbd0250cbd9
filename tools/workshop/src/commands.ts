/** The commands beside `start`: each reads where the reader is, says or does one thing, and ends. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Inspector } from "@socketscope/inspector";
import { UsageError } from "@socketscope/host";
import { WorkshopError } from "./errors.ts";
import { type Ground, printChecks, printStep, valuesAt } from "./ground.ts";
import { hintOf } from "./live.ts";
import { Place } from "./place.ts";
import { PROGRESS_FILE, readProgress } from "./progress.ts";
import { commandsOf } from "./render.ts";
import { Watch } from "./watch.ts";

export async function list({ lessons, state, print }: Ground): Promise<number> {
  const progress = await readProgress(state);
  for (const { number, title, minutes, steps, withoutLinux } of lessons) {
    const done = progress?.done[String(number)]?.length ?? 0;
    const here = progress?.lesson === number ? `  ← step ${progress.step + 1}` : "";
    const mark = done >= steps.length ? "✓" : " ";
    print(
      `${mark} ${String(number).padStart(2)}  ${title} (${minutes} minutes, ${done}/${steps.length})${here}\n`,
    );
    if (withoutLinux !== undefined && process.platform !== "linux")
      print(`      not on Linux: ${withoutLinux}\n`);
  }
  return 0;
}

/** Exit code 1 while something is missing. */
export async function check(ground: Ground): Promise<number> {
  const place = await placeOf(ground);
  if (place.judges.length === 0) {
    ground.print("This step has nothing to be seen on the wire: npm run workshop -- next\n");
    return 0;
  }
  using inspector = new Inspector(ground.state);
  const watch = new Watch(inspector);
  watch.judge(place.judges, place.begun);
  await watch.look();
  if (place.allDone) await place.markDone();
  else await place.write();
  printChecks(ground, place);
  return place.allDone ? 0 : 1;
}

export async function hint(ground: Ground): Promise<number> {
  const place = await placeOf(ground);
  await judged(ground, place);
  ground.print(hintOf(place));
  return 0;
}

export async function solution(ground: Ground): Promise<number> {
  const { lesson, step } = await placeOf(ground);
  using inspector = new Inspector(ground.state);
  const sources = await inspector.snapshot().then(({ sources: all }) => all, noInspector);
  ground.print(commandsOf(step.text, valuesAt(ground, lesson, sources)));
  return 0;
}

/** On to the next step, or to the next lesson's first. */
export async function next(ground: Ground): Promise<number> {
  const place = await placeOf(ground);
  await judged(ground, place);
  if (place.allDone) await place.markDone();
  const { lesson, index, last, state } = place;
  const following = last ? ground.lessons.find((one) => one.number > lesson.number) : lesson;
  if (following === undefined) {
    ground.print("That was the last step of the last lesson.\n");
    return 0;
  }
  const moved = await Place.begin(state, following, last ? 0 : index + 1, Date.now());
  using inspector = new Inspector(ground.state);
  const sources = await inspector.snapshot().then(({ sources: all }) => all, noInspector);
  printStep(ground, moved, sources);
  return 0;
}

export async function reset({ state, print }: Ground): Promise<number> {
  await rm(join(state, PROGRESS_FILE), { force: true });
  print("All lessons are to be done again.\n");
  return 0;
}

async function placeOf({ state, lessons }: Ground): Promise<Place> {
  const place = await Place.read(state, lessons);
  if (place === undefined) throw new WorkshopError("ROOM", "nothing is begun: npm run workshop -- start 1");
  return place;
}

/** As far as an inspector runs. */
async function judged({ state }: Ground, place: Place): Promise<void> {
  using inspector = new Inspector(state);
  const watch = new Watch(inspector);
  watch.judge(place.judges, place.begun);
  await watch.look().catch(noInspector);
}

/** A lesson's text needs none. */
function noInspector(error: unknown): [] {
  if (error instanceof UsageError) return [];
  throw error;
}
