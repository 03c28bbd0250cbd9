/** Commands a second: who is faster waits. A bucket of one second's worth. */

export class Pace {
  readonly #rate: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** `rate`: a second; Infinity for no limit. `now`: milliseconds of the monotonic clock. */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
    this.#left = rate;
    this.#at = rate === Infinity ? 0 : now();
  }

  /** Milliseconds until the next may be carried out. */
  next(): number {
    if (this.#rate === Infinity) return 0;
    const now = this.#now();
    this.#left = Math.min(this.#rate, this.#left + ((now - this.#at) / 1000) * this.#rate) - 1;
    this.#at = now;
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / this.#rate) * 1000);
  }
}
