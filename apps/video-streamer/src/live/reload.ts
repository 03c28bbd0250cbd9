/** What a request for a live playlist asks beside it: blocking reload and delta update (rfc8216bis §6.2.5). */

/** The next segment, or part of one, that the playlist must have before it is answered. */
export interface Awaited {
  readonly segment: number;
  /** Undefined: the whole segment. */
  readonly part: number | undefined;
}

/** "none": nothing is waited for. "bad": 400, with why. `skip`: what is known may be left out. */
export type ReloadQuery =
  | { readonly kind: "none"; readonly skip: boolean }
  | { readonly kind: "wait"; readonly skip: boolean; readonly awaited: Awaited }
  | { readonly kind: "bad"; readonly why: string };

/** `query` without its "?". */
export function readReload(query: string): ReloadQuery {
  const directives = new URLSearchParams(query);
  const [segment, ...moreSegments] = directives.getAll("_HLS_msn");
  const [part, ...moreParts] = directives.getAll("_HLS_part");
  const [skipped, ...moreSkips] = directives.getAll("_HLS_skip");
  // rfc8216bis §6.2.5.1: "v2" allows to leave out date ranges as well, of which there are none here.
  if (skipped !== undefined && skipped !== "YES" && skipped !== "v2")
    return { kind: "bad", why: "_HLS_skip is neither YES nor v2" };
  const skip = skipped !== undefined;
  if (segment === undefined) {
    // rfc8216bis §6.2.5.2: _HLS_part needs _HLS_msn.
    if (part !== undefined) return { kind: "bad", why: "_HLS_part without _HLS_msn" };
    return { kind: "none", skip };
  }
  if (moreSegments.length > 0 || moreParts.length > 0 || moreSkips.length > 0)
    return { kind: "bad", why: "a directive that comes twice" };
  if (!/^[0-9]{1,12}$/.test(segment)) return { kind: "bad", why: "_HLS_msn is no whole number" };
  if (part !== undefined && !/^[0-9]{1,6}$/.test(part))
    return { kind: "bad", why: "_HLS_part is no whole number" };
  return {
    kind: "wait",
    skip,
    awaited: { segment: Number(segment), part: part === undefined ? undefined : Number(part) },
  };
}
