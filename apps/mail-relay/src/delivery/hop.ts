/** One next hop: so many connections at once, the others wait; while it is down nobody waits for it. */
import { HopFailure } from "./failure.ts";

export type Job = () => Promise<void>;

export interface HopOptions {
  /** Attempts at once. */
  readonly maxAttempts: number;
  /** Milliseconds after a failure in which others are not tried: as long as the message itself waits. */
  readonly rest: number;
  readonly now: () => number;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Hop {
  readonly #options: HopOptions;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #down: { readonly failure: HopFailure; readonly until: number } | undefined;

  constructor(options: HopOptions) {
    this.#options = options;
  }

  /** Nothing runs, nothing waits, nothing is remembered. */
  get idle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0 && !this.#isDown();
  }

  /** Rejects with HopFailure when the hop could not be spoken to, now or a moment ago. */
  run(job: Job): Promise<void> {
    if (this.#down !== undefined && this.#isDown()) return Promise.reject(this.#down.failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#next();
    });
  }

  /** Somebody wants it tried now. */
  forget(): void {
    this.#down = undefined;
  }

  #isDown(): boolean {
    return this.#down !== undefined && this.#options.now() < this.#down.until;
  }

  #next(): void {
    while (this.#running < this.#options.maxAttempts) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running++;
      next
        .job()
        .then(next.resolve, (error: unknown) => {
          if (error instanceof HopFailure && error.ofHop) this.#fail(error);
          next.reject(error);
        })
        .finally(() => {
          this.#running--;
          this.#next();
        })
        .catch(() => undefined);
    }
  }

  /** Who waits would find it down as well, each after its own deadline. */
  #fail(failure: HopFailure): void {
    this.#down = { failure, until: this.#options.now() + this.#options.rest };
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
  }
}
