/** What several faults make of one chunk: first it waits, then it is held, then it goes on. Pure. */
import type { FaultAction, FaultLimits } from "./fault.ts";

export interface Plan {
  /** Milliseconds since it came. */
  readonly waitMs: number;
  readonly hold: boolean;
  /** What goes on. */
  readonly octets: Uint8Array;
  /** "back": to the peer, whichever way the chunk went. */
  readonly to: "onward" | "back";
  /** Octets of a piece, and milliseconds between two. */
  readonly pieces: { readonly octets: number; readonly ms: number } | undefined;
  readonly after: "go-on" | "end" | "reset";
}

export function planFor(chunk: Uint8Array, actions: readonly FaultAction[], limits: FaultLimits): Plan {
  let plan: Plan = { waitMs: 0, hold: false, octets: chunk, to: "onward", pieces: undefined, after: "go-on" };
  for (const action of actions) plan = withAction(plan, action, limits);
  return plan;
}

function withAction(plan: Plan, action: FaultAction, limits: FaultLimits): Plan {
  switch (action.type) {
    case "delay":
      return { ...plan, waitMs: plan.waitMs + action.ms };
    case "split":
      return { ...plan, pieces: { octets: action.octets, ms: action.ms } };
    case "truncate":
      return { ...plan, octets: plan.octets.subarray(0, action.octets), after: "end" };
    case "reset":
      return { ...plan, octets: new Uint8Array(0), after: "reset" };
    case "answer":
      return { ...plan, octets: action.octets, to: "back" };
    case "edit":
      return { ...plan, octets: edited(plan.octets, action.find, action.replace, limits.editOctets) };
    case "hold":
      return { ...plan, hold: true };
  }
}

/** Every `find` from the left, not overlapping; `mayAdd` octets in all. */
function edited(octets: Uint8Array, find: Uint8Array, replace: Uint8Array, mayAdd: number): Uint8Array {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const pieces: Uint8Array[] = [];
  const grows = replace.length - find.length;
  let added = 0;
  let done = 0;
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, done)) {
    if (added + grows > mayAdd) break;
    added += grows;
    pieces.push(octets.subarray(done, at), replace);
    done = at + find.length;
  }
  return done === 0 ? octets : Buffer.concat([...pieces, octets.subarray(done)]);
}
