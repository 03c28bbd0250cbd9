/**
 * Faults: what a listener does on purpose to the octets that pass it. A fault says which chunks it means and what
 * happens to them; several that mean the same chunk add up to one plan. Pure: knows neither sockets nor clocks.
 *
 * A chunk is what one read brought, or what our side sent in one turn of the loop. TCP promises no chunks, so a
 * pattern is found across them (see {@link FaultMatcher}), but an edit changes only what lies within one.
 */

/** "in": from the peer to us. "out": from us to the peer. */
export type FaultDirection = "in" | "out";

export type FaultAction =
  /** Goes on `ms` milliseconds after it came; what comes behind it waits, so the order stays. */
  | { readonly type: "delay"; readonly ms: number }
  /** Goes on in pieces of so many octets, `ms` milliseconds apart. */
  | { readonly type: "split"; readonly octets: number; readonly ms: number }
  /** Only its first octets go on, and then the end: of "in" our side hears of a FIN, of "out" the peer gets one. */
  | { readonly type: "truncate"; readonly octets: number }
  /** Nothing goes on; the peer gets a RST. */
  | { readonly type: "reset" }
  /** Nothing goes on; the peer gets these octets instead. None: it is swallowed. */
  | { readonly type: "answer"; readonly octets: Uint8Array }
  | { readonly type: "edit"; readonly find: Uint8Array; readonly replace: Uint8Array }
  /** Waits, and all behind it, until somebody lets it go (perhaps changed) or discards it. */
  | { readonly type: "hold" };

/** All that is said must be true. An empty match means every chunk. */
export interface FaultMatch {
  /** The number of one flow. */
  readonly flow?: number;
  /** Octets whose last one lies in the chunk. */
  readonly contains?: Uint8Array;
  /** Only the nth chunk (1 is the first) of each flow that meets the rest, counted from when the fault was set. */
  readonly nth?: number;
}

export interface Fault {
  readonly on: FaultDirection;
  readonly match?: FaultMatch;
  /** So many chunks, over all flows; then it is spent. Default: no end. */
  readonly times?: number;
  readonly action: FaultAction;
}

/** A fault that was set. */
export interface ActiveFault extends Fault {
  /** Unique in this process. */
  readonly id: string;
  /** Chunks it has acted on. */
  acted: number;
}

/** How much a fault may ask for. */
export interface FaultLimits {
  /** Faults at once. Default 64. */
  readonly faults: number;
  /** Octets of `contains` and `find`, at least one. Default 1,024. */
  readonly patternOctets: number;
  /** Octets of `answer` and `replace`. Default 64 KiB. */
  readonly answerOctets: number;
  /** Octets that edits may add to one chunk; from there on it stays as it is. Default 1 MiB. */
  readonly editOctets: number;
  /** Milliseconds of `delay` and `split`. Default 5 min. */
  readonly delayMs: number;
}

export const defaultFaultLimits: FaultLimits = {
  faults: 64,
  patternOctets: 1024,
  answerOctets: 64 * 1024,
  editOctets: 1024 * 1024,
  delayMs: 300_000,
};

/** A fault that cannot be set. `field` is where: "action.ms". */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly code = "FAULT";
  readonly field: string;
  constructor(field: string, why: string) {
    super(`fault: ${field}: ${why}`);
    this.field = field;
  }
}

/** Throws {@link FaultError} where a number is out of its range. */
export function checkFault({ match = {}, times, action }: Fault, limits: FaultLimits): void {
  if (match.flow !== undefined) whole("match.flow", match.flow, 1, Number.MAX_SAFE_INTEGER);
  if (match.nth !== undefined) whole("match.nth", match.nth, 1, Number.MAX_SAFE_INTEGER);
  if (match.contains !== undefined) whole("match.contains", match.contains.length, 1, limits.patternOctets);
  if (times !== undefined) whole("times", times, 1, Number.MAX_SAFE_INTEGER);
  switch (action.type) {
    case "delay":
      whole("action.ms", action.ms, 0, limits.delayMs);
      break;
    case "split":
      whole("action.octets", action.octets, 1, Number.MAX_SAFE_INTEGER);
      whole("action.ms", action.ms, 0, limits.delayMs);
      break;
    case "truncate":
      whole("action.octets", action.octets, 0, Number.MAX_SAFE_INTEGER);
      break;
    case "answer":
      whole("action.octets", action.octets.length, 0, limits.answerOctets);
      break;
    case "edit":
      whole("action.find", action.find.length, 1, limits.patternOctets);
      whole("action.replace", action.replace.length, 0, limits.answerOctets);
      break;
    case "reset":
    case "hold":
      break;
  }
}

function whole(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new FaultError(field, `${value} is not a whole number of ${least} to ${most}`);
}
