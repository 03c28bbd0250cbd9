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
