/** A clock that stands until it is moved. */
import type { InterceptTime } from "../../src/index.ts";

export class FakeTime implements InterceptTime {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly act: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get armed(): number {
    return this.#timers.size;
  }

  /** Runs what falls due on the way, in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const first = Math.min(...[...this.#timers].map(({ at }) => at));
      const due = [...this.#timers].find(({ at }) => at === first);
      if (due === undefined || first > end) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.act();
    }
    this.#now = end;
  }
}
