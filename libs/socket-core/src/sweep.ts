/** One timer for all sockets. Arming a deadline is one assignment; being late is noticed within a sweep. */

export interface Swept {
  /** Called every sweep with the monotonic clock, in milliseconds. */
  sweep(now: number): void;
}

/** Milliseconds between sweeps: how late a deadline may be noticed. */
export const SWEEP_INTERVAL_MS = 250;

const swept = new Set<Swept>();
let timer: NodeJS.Timeout | undefined;

export function now(): number {
  return performance.now();
}

export function watch(member: Swept): void {
  swept.add(member);
  timer ??= setInterval(() => sweepAll(), SWEEP_INTERVAL_MS).unref();
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
