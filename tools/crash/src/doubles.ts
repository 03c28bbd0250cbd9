/** Letters that came twice at the next hop, and whether that is allowed. */
import type { Taken } from "./next-hop.ts";

export interface Doubles {
  /** The 250 was on its way, or heard and not yet written down, when the crash came: nobody can help it (RFC 1047). */
  readonly inFlight: number;
  /** Any other: forgotten after it was written down, or sent twice without a crash. */
  readonly other: number;
}

/**
 * Allowed is one more copy behind a crash, of a letter whose 250 was the last that was said on its connection: who goes
 * on over the same connection has heard it, and had to write it down before.
 */
export function doublesAmong(taken: readonly Taken[]): Doubles {
  const copies = new Map<string, Taken[]>();
  for (const one of taken) if (one.id !== undefined) copies.set(one.id, [...(copies.get(one.id) ?? []), one]);
  const doubled = [...copies.values()].filter(({ length }) => length > 1);
  const inFlight = doubled.filter(isInFlight).length;
  return { inFlight, other: doubled.length - inFlight };
}

function isInFlight([first, second, ...more]: readonly Taken[]): boolean {
  if (first === undefined || second === undefined || more.length > 0) return false;
  return !first.afterCrash && !first.heard && second.afterCrash;
}
