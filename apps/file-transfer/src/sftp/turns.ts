/**
 * Who waits for whom. draft §6.1: requests on the same octets of a file are carried out as if they came one after the
 * other; everything else may overtake.
 */

/** Of one open file: reads and writes run beside each other, everything else alone, all in the order they came. */
export class Turns {
  readonly #running = new Set<Promise<unknown>>();
  /** The last one that runs alone. */
  #alone: Promise<unknown> | undefined;

  beside<T>(work: () => Promise<T>): Promise<T> {
    return this.#follow(this.#alone === undefined ? work() : this.#alone.then(work));
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#follow(this.#running.size === 0 ? work() : this.#afterAll(work));
    void this.#keepOff(settled(run));
    return run;
  }

  async #afterAll<T>(work: () => Promise<T>): Promise<T> {
    await Promise.allSettled(this.#running);
    return work();
  }

  /** What comes meanwhile waits for it. */
  async #keepOff(run: Promise<void>): Promise<void> {
    this.#alone = run;
    await run;
    if (this.#alone === run) this.#alone = undefined;
  }

  #follow<T>(run: Promise<T>): Promise<T> {
    this.#running.add(run);
    void this.#forget(run);
    return run;
  }

  async #forget(run: Promise<unknown>): Promise<void> {
    await settled(run);
    this.#running.delete(run);
  }
}

/** Work may overtake, its outcomes do not: each is told behind those that were asked for before it. */
export class InOrder {
  #last: Promise<void> = Promise.resolve();

  after<T>(run: Promise<T>): Promise<T> {
    const told = this.#wait(this.#last, run);
    this.#last = settled(told);
    return told;
  }

  async #wait<T>(before: Promise<void>, run: Promise<T>): Promise<T> {
    // A failure is nobody's concern before its turn.
    await settled(run);
    await before;
    return run;
  }
}

async function settled(run: Promise<unknown>): Promise<void> {
  await Promise.allSettled([run]);
}
