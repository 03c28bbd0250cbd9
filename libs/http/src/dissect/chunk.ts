/** RFC 9112 §7.1, read leniently: the line before a chunk's data and the line end behind it. */

/** `chunk-size [ chunk-ext ]`: octets, or undefined when there is no size; blanks before the extension are of the past. */
export function chunkSizeOf(line: string): number | undefined {
  const [, digits] = /^([0-9A-Fa-f]+)[ \t]*(?:;.*)?$/.exec(line) ?? [];
  const size = Number.parseInt(digits ?? "", 16);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Octets of the line end behind a chunk's data: 2, 1 for a bare LF, 0 for none; undefined when more is needed. */
export function chunkEndLength(octets: Uint8Array): 0 | 1 | 2 | undefined {
  const [first, second] = octets;
  if (first === undefined || (first === 0x0d && second === undefined)) return undefined;
  if (first === 0x0d && second === 0x0a) return 2;
  return first === 0x0a ? 1 : 0;
}
