/**
 * RFC 9110 §14: byte ranges: choosing them, and the body of a 206 with several of them (§14.6). What cannot be
 * understood is ignored, as §14.2 allows; only a well-formed range outside the content is unsatisfiable.
 */

/** Both ends count, as on the wire: `bytes 0-0` is one octet. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** `"whole"`: ignore Range, 200 · `"unsatisfiable"`: 416 with {@link unsatisfiedRange} · else 206. */
export type RangeSelection = "whole" | "unsatisfiable" | readonly [ByteRange, ...ByteRange[]];

export interface RangeLimits {
  /** Ranges in one request; with more, Range is ignored (RFC 9110 §17.15). Default 32. */
  readonly maxRanges?: number;
}

/** Chooses from content of `length` octets what the Range field `value` asks for. */
export function selectRanges(value: string, length: number, limits: RangeLimits = {}): RangeSelection {
  // RFC 9110 §14.1: unit names are case-insensitive; §14.2: an unknown unit is ignored.
  const match = /^[\t ]*bytes[\t ]*=(.*)$/i.exec(value);
  if (!match) return "whole";
  const specs = (match[1] ?? "").split(",", (limits.maxRanges ?? 32) + 1);
  if (specs.length > (limits.maxRanges ?? 32)) return "whole";

  const chosen: ByteRange[] = [];
  let valid = 0;
  for (const spec of specs) {
    if (/^[\t ]*$/.test(spec)) continue;
    const range = readSpec(spec, length);
    if (range === "invalid") return "whole";
    // RFC 9110 §14.1.2: a suffix of empty content is satisfiable, yet no Content-Range can say so: all of it.
    if (range === "empty") return "whole";
    valid++;
    if (range !== "outside") chosen.push(range);
  }
  if (valid === 0) return "whole";
  const [head, ...rest] = coalesce(chosen);
  return head ? [head, ...rest] : "unsatisfiable";
}

function readSpec(spec: string, length: number): ByteRange | "invalid" | "outside" | "empty" {
  const match = /^[\t ]*([0-9]*)-([0-9]*)[\t ]*$/.exec(spec);
  const from = match?.[1] ?? "";
  const to = match?.[2] ?? "";
  if (!match || (from === "" && to === "")) return "invalid";
  if (from === "") {
    // RFC 9110 §14.1.2: the last N octets; all of them when there are fewer.
    const wanted = Number(to);
    if (wanted === 0) return "outside";
    const suffix = Math.min(wanted, length);
    return suffix === 0 ? "empty" : { first: length - suffix, last: length - 1 };
  }
  const first = Number(from);
  const last = to === "" ? Number.POSITIVE_INFINITY : Number(to);
  // RFC 9110 §14.1.1: a last position before the first makes it invalid.
  if (last < first) return "invalid";
  // RFC 9110 §14.1.2: satisfiable when the first position is inside; `bytes=<size>-` is not.
  return first >= length ? "outside" : { first, last: Math.min(last, length - 1) };
}

// RFC 9110 §15.3.7.2: ranges that overlap may be sent as one, so that nothing is sent twice (§17.15). Without
// an overlap the client's order is kept: it may want the end first.
function coalesce(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = ranges.toSorted((a, b) => a.first - b.first);
  const merged: ByteRange[] = [];
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before && range.first <= before.last) {
      merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    } else merged.push(range);
  }
  return merged.length === ranges.length ? ranges : merged;
}

/** Octets in the range. */
export function rangeLength(range: ByteRange): number {
  return range.last - range.first + 1;
}

/** `bytes 0-499/1234`: Content-Range of a 206 or of one of its parts (RFC 9110 §14.4). */
export function contentRange(range: ByteRange, length: number): string {
  return `bytes ${range.first}-${range.last}/${length}`;
}

// RFC 9110 §14.4: Content-Range of a 416 gives the length alone.
export function unsatisfiedRange(length: number): string {
  return `bytes */${length}`;
}

/** A 206 of several ranges: the text before each part and after the last one (RFC 9110 §14.6). ASCII. */
export interface ByteRangesFrame {
  readonly contentType: string;
  /** One for each range: delimiter and part header. */
  readonly heads: readonly string[];
  readonly tail: string;
  /** Octets of the whole body. */
  readonly length: number;
}

/**
 * Frames `ranges` of content of `length` octets and `type`. The boundary must not occur in the content: take
 * a random one of 1 to 70 characters of `[0-9A-Za-z'+_-]` (RFC 2046 §5.1.1).
 */
export function frameByteRanges(
  ranges: readonly ByteRange[],
  length: number,
  type: string,
  boundary: string,
): ByteRangesFrame {
  const heads = ranges.map(
    (range, index) =>
      // RFC 2046 §5.1.1: the CRLF before a delimiter belongs to the delimiter; before the first there is none.
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, length)}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const octets = ranges.reduce(
    (sum, range, index) => sum + (heads[index]?.length ?? 0) + rangeLength(range),
    tail.length,
  );
  return { contentType: `multipart/byteranges; boundary=${boundary}`, heads, tail, length: octets };
}
