/** One timer for all sockets. Arming a deadline is one assignment; being late is noticed within a sweep. */

export interface Swept {
  /** Called every sweep with the monotonic clock, in milliseconds. */
  sweep(now: number): void;
}

/** Milliseconds between sweeps: how late a deadline may be noticed. */
export const SWEEP_INTERVAL_MS = 250;

const swept = new Set<Swept>();
let timer: NodeJS.Timeout | undefined;

/**
 * Whether somebody may be called late now. A program that was kept from running has not read what came meanwhile: it is
 * given one sweep's time to do so, and then judges, or a busy one never would.
 */
export class Punctuality {
  #at: number;
  #excused = false;

  constructor(at: number) {
    this.#at = at;
  }

  /** At a sweep that runs at `at`. */
  judges(at: number): boolean {
    const late = at - this.#at > 2 * SWEEP_INTERVAL_MS;
    this.#at = at;
    this.#excused = late && !this.#excused;
    return !this.#excused;
  }
}

export function now(): number {
  return performance.now();
}

export function watch(member: Swept): void {
  swept.add(member);
  if (timer !== undefined) return;
  const own = new Punctuality(now());
  timer = setInterval(() => {
    const at = now();
    if (own.judges(at)) sweepAll(at);
  }, SWEEP_INTERVAL_MS).unref();
}

export function unwatch(member: Swept): void {
  swept.delete(member);
  if (swept.size > 0 || timer === undefined) return;
  clearInterval(timer);
  timer = undefined;
}

/** One sweep, at the clock's time or at one that a test has chosen. */
export function sweepAll(at = now()): void {
  for (const member of swept) member.sweep(at);
}
