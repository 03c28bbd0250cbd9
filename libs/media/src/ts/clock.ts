/** The clocks of a transport stream (ISO/IEC 13818-1 §2.4.2): 33 bits at 90 kHz, and for PCR 300 steps of each. */

/** Ticks a second of PTS and DTS. */
export const TS_TIMESCALE = 90_000;

/** They begin again after 26 and a half hours. */
export const TS_WRAP = 2 ** 33;

/** PCR ticks in one of PTS. */
export const PCR_STEPS = 300;

/** As 33 bits hold it. */
export function wrapped(ticks: number): number {
  const rest = ticks % TS_WRAP;
  return rest < 0 ? rest + TS_WRAP : rest;
}

/** The time nearest to `near` that is written as `wire`. */
export function unrolled(wire: number, near: number): number {
  return near + wrapped(wire - near + TS_WRAP / 2) - TS_WRAP / 2;
}
