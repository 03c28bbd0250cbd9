/** Whether the program has hardly time for anything else: what looks at it should take less then. */

/** Milliseconds over which it is seen. */
const OVER_MS = 100;
/** Part of them at work from which on it is busy: what waits for it waits longer from then on. */
const BUSY = 0.5;

export class ProgramLoad {
  readonly #used: () => number;
  #at = 0;
  #busy = false;

  /** `used`: which part of the time since it was asked last. Default: of the event loop. */
  constructor(used: () => number = eventLoopUse()) {
    this.#used = used;
  }

  /** At `at`, in milliseconds. */
  isBusy(at: number): boolean {
    if (at - this.#at < OVER_MS) return this.#busy;
    this.#at = at;
    this.#busy = this.#used() > BUSY;
    return this.#busy;
  }
}

function eventLoopUse(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const before = last;
    last = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(last, before).utilization;
  };
}
