/** Octets as text where one octet is one character (ISO 8859-1): what protocol heads are made of. */

/** Arguments of one call: well below every engine's limit. */
const PIECE = 4096;

/** The octets of `octets[from … to)` as characters U+0000 … U+00FF, decoded at once. */
export function decodeLatin1(octets: Uint8Array, from = 0, to = octets.length): string {
  if (to - from <= PIECE) {
    // Not subarray: that of a Node Buffer, which this often is, takes twice as long.
    const view = new Uint8Array(octets.buffer, octets.byteOffset + from, Math.max(to - from, 0));
    return Reflect.apply(String.fromCharCode, undefined, view);
  }
  let text = "";
  for (let at = from; at < to; at += PIECE) text += decodeLatin1(octets, at, Math.min(at + PIECE, to));
  return text;
}

/** Writes `text` at `octets[at]`; returns the offset behind it. Characters above U+00FF must not be in it. */
export function writeLatin1(text: string, octets: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) octets[at + i] = text.charCodeAt(i);
  return at + text.length;
}

export function encodeLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  writeLatin1(text, octets, 0);
  return octets;
}
