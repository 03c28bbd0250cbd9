/** Blocking playlist reload (rfc8216bis §6.2.5.2): what a request waits for. */

/** The next segment, or part of one, that the playlist must have before it is answered. */
export interface Awaited {
  readonly segment: number;
  /** Undefined: the whole segment. */
  readonly part: number | undefined;
}

/** "none": nothing is waited for. "bad": 400, with why. */
export type ReloadQuery =
  | { readonly kind: "none" }
  | { readonly kind: "wait"; readonly awaited: Awaited }
  | { readonly kind: "bad"; readonly why: string };

/** `query` without its "?". */
export function readReload(query: string): ReloadQuery {
  const directives = new URLSearchParams(query);
  const [segment, ...moreSegments] = directives.getAll("_HLS_msn");
  const [part, ...moreParts] = directives.getAll("_HLS_part");
  if (segment === undefined) {
    // rfc8216bis §6.2.5.2: _HLS_part needs _HLS_msn.
    if (part !== undefined) return { kind: "bad", why: "_HLS_part without _HLS_msn" };
    return { kind: "none" };
  }
  if (moreSegments.length > 0 || moreParts.length > 0)
    return { kind: "bad", why: "a directive that comes twice" };
  if (!/^[0-9]{1,12}$/.test(segment)) return { kind: "bad", why: "_HLS_msn is no whole number" };
  if (part !== undefined && !/^[0-9]{1,6}$/.test(part))
    return { kind: "bad", why: "_HLS_part is no whole number" };
  return {
    kind: "wait",
    awaited: { segment: Number(segment), part: part === undefined ? undefined : Number(part) },
  };
}
