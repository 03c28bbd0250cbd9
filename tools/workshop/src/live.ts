/** `start`: shows a step, watches the wire, ticks what was seen, and goes on; lines of the terminal ask for more. */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describeError } from "@socketscope/host";
import type { Inspector } from "@socketscope/inspector";
import { type Ground, printChecks, printStep, valuesAt } from "./ground.ts";
import { Place } from "./place.ts";
import { forgetProgress, KEPT_FILE } from "./progress.ts";
import { commandsOf } from "./render.ts";
import { styleText } from "./style.ts";
import { Watch } from "./watch.ts";

/** Milliseconds between two looks whether another terminal has moved the reader on. */
const MOVED = 500;

export class Live {
  readonly #ground: Ground;
  readonly #inspector: Inspector;
  readonly #watch: Watch;
  #place: Place;
  #over: (() => void) | undefined;
  #left = false;
  /** One change after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(ground: Ground, inspector: Inspector, place: Place) {
    this.#ground = ground;
    this.#inspector = inspector;
    this.#watch = new Watch(inspector);
    this.#place = place;
  }

  /** Until the last step is done, `q`, the end of the input, or a signal. */
  async run(input: Readable, stopped: AbortSignal): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#over = resolve;
    });
    stopped.addEventListener("abort", () => this.#over?.(), { once: true });
    this.#watch.judge(this.#place.judges, this.#place.begun);
    const after = await this.#watch.look();
    await this.#show();
    const lines = createInterface({ input });
    lines.on("line", (line) => this.#next(() => this.#asked(line.trim())));
    lines.on("close", () => this.#over?.());
    const timer = setInterval(() => this.#next(() => this.#movedOn()), MOVED);
    this.#watch
      .follow(after, () => this.#next(() => this.#judge()))
      .catch((error: unknown) => this.#leave(stopped, error))
      .finally(() => this.#over?.());
    this.#next(() => this.#judge());
    await over;
    this.#left = true;
    clearInterval(timer);
    lines.close();
    await this.#turn;
  }

  /** What is left without an inspector sees nothing, and says so; when we leave, it is we who closed it. */
  #leave(stopped: AbortSignal, error: unknown): void {
    if (stopped.aborted || this.#left) return;
    this.#ground.print(`The inspector has gone (${describeError(error)}): start goes on where you are.\n`);
  }

  #next(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      this.#ground.print(`${describeError(error)}\n`);
      this.#over?.();
    });
  }

  async #show(): Promise<void> {
    const { sources } = await this.#inspector.snapshot();
    printStep(this.#ground, this.#place, sources);
    const { print, color } = this.#ground;
    const enter = this.#place.judges.length === 0 ? "go on" : "what is missing";
    const keys = `Enter: ${enter} · h: a hint · s: the commands · n: next · q: leave`;
    print(`  ${styleText("dim", keys, color)}\n`);
  }

  #ticked = new Set<string>();

  async #judge(): Promise<void> {
    const place = this.#place;
    const { print, color } = this.#ground;
    const news = place.judges.filter(({ done, check }) => done && !this.#ticked.has(check.title));
    for (const { check } of news) {
      this.#ticked.add(check.title);
      print(`  ${styleText("green", "✓", color)} ${check.title}\n`);
    }
    // The inspector's page tells the same.
    await place.writeNews();
    if (place.judges.length > 0 && place.allDone) await this.#forward();
  }

  /** On, whether the step is done or left out. */
  async #forward(): Promise<void> {
    const place = this.#place;
    if (place.allDone) await place.markDone();
    if (!place.last)
      return this.#go(await Place.begin(place.state, place.lesson, place.index + 1, Date.now()));
    const { number, title } = place.lesson;
    const following = this.#ground.lessons.find((one) => one.number > number);
    const then =
      following === undefined
        ? "It was the last one."
        : `Next: ${following.number}. ${following.title} (npm run workshop -- next, then start, with your terminals as they are).`;
    const how = place.done.length === place.lesson.steps.length ? "is done" : "is at its end";
    this.#ground.print(`\nLesson ${number}, ${title}, ${how}. ${then}\n`);
    this.#over?.();
  }

  async #go(place: Place): Promise<void> {
    this.#place = place;
    this.#ticked = new Set();
    this.#watch.judge(place.judges, place.begun);
    await this.#show();
  }

  /** The facilitator lets all begin anew: what was done is kept beside the new beginning. */
  anew(): void {
    this.#next(async () => {
      const [first] = this.#ground.lessons;
      if (first === undefined) return;
      await forgetProgress(this.#place.state);
      this.#ground.print(
        `\nThe facilitator lets all begin anew. What you have done is kept in ${KEPT_FILE}.\n`,
      );
      await this.#go(await Place.begin(this.#place.state, first, 0, Date.now()));
    });
  }

  async #movedOn(): Promise<void> {
    const place = await Place.read(this.#place.state, this.#ground.lessons);
    if (place === undefined) return this.#over?.();
    if (place.begun !== this.#place.begun) await this.#go(place);
  }

  async #asked(line: string): Promise<void> {
    const { print } = this.#ground;
    const place = this.#place;
    switch (line) {
      case "":
        if (place.judges.length === 0) return this.#forward();
        return printChecks(this.#ground, place);
      case "n":
        return this.#forward();
      case "h":
        return print(hintOf(place));
      case "s": {
        const { sources } = await this.#inspector.snapshot();
        return print(commandsOf(place.step.text, valuesAt(this.#ground, place.lesson, sources)));
      }
      case "q":
        return this.#over?.();
      default:
        return print("Enter, h, s, n or q. The commands of the lesson are for another terminal.\n");
    }
  }
}

export function hintOf({ judges }: Place): string {
  const missing = judges.find(({ done }) => !done);
  return missing === undefined ? "Nothing is missing here.\n" : `${missing.check.hint}\n`;
}
