/** A clock for all that look on: one timer, and none while nobody does. */
import { encodeEvent } from "@socketscope/web";

/** `encoded`: the event, made once for all. */
export type OnTick = (encoded: Uint8Array) => void;

export class Ticker {
  readonly #listeners = new Set<OnTick>();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;
  #id = 0;

  /** `ms`: milliseconds between two ticks; they fall on whole multiples of it. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Returns what ends it. */
  listen(listener: OnTick): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) this.#arm();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #arm(): void {
    // A second begins when the wall clock says so, whenever the first listener came.
    this.#timer = setTimeout(() => this.#tick(), this.#ms - (Date.now() % this.#ms)).unref();
  }

  #tick(): void {
    this.#arm();
    this.#id += 1;
    const encoded = Buffer.from(encodeEvent({ event: "clock", id: String(this.#id), data: timeOfDay() }));
    for (const listener of this.#listeners) listener(encoded);
  }
}

/** "14:05:52", as the clock on this machine's wall says. */
export function timeOfDay(date: Date = new Date()): string {
  return date.toTimeString().slice(0, 8);
}
