/** A channel's clock that a test turns. */
import type { ChannelClock } from "../src/live/channel.ts";

export class TestClock implements ChannelClock {
  #now: number;
  readonly #waiting = new Set<{ at: number; call: () => void }>();

  /** Milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const one = { at: this.#now + ms, call: then };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * By `step` milliseconds each time somebody waits for less, until what is `awaited` has come: what the program does by
   * itself (reading, answering) takes no time of this clock, however long it takes. Not beyond `most`.
   */
  async turnUntil<Value>(awaited: Promise<Value>, step: number, most = Infinity): Promise<Value> {
    const turning = { over: false };
    const seen = awaited.finally(() => (turning.over = true));
    seen.catch(() => undefined);
    while (!turning.over) {
      if (this.#now + step <= most) this.#turnBy(step);
      await new Promise((later) => setTimeout(later, 5));
    }
    return seen;
  }

  /** By `step` milliseconds each time, until nobody waits for less. */
  turnOut(step: number): void {
    while (this.#turnBy(step));
  }

  /** False, and nothing is turned, where nobody waits for that. */
  #turnBy(step: number): boolean {
    const next = this.#now + step;
    if (![...this.#waiting].some(({ at }) => at <= next)) return false;
    this.turnTo(next);
    return true;
  }

  /** Forward to so many milliseconds since 1970. */
  turnTo(now: number): void {
    this.#now = now;
    for (const one of this.#waiting) {
      if (one.at > now) continue;
      this.#waiting.delete(one);
      one.call();
    }
  }
}
