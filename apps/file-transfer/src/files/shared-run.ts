/** One piece of work for all who ask for it meanwhile: a folder is synced once for many files. */
export class SharedRun<Key> {
  readonly #running = new Map<Key, Promise<void>>();
  readonly #next = new Map<Key, Promise<void>>();

  /** Resolves when a run that began after this call is done. Of those who wait together, the first one's `work` is done. */
  run(key: Key, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#begin(key, work);
    // One under way may have begun before the caller's change: the next one is for all who come meanwhile.
    const waiting = this.#next.get(key);
    if (waiting !== undefined) return waiting;
    const next = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(key);
        return this.#begin(key, work);
      });
    this.#next.set(key, next);
    return next;
  }

  #begin(key: Key, work: () => Promise<void>): Promise<void> {
    const running = work().finally(() => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }
}
