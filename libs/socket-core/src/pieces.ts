/** Octets in all up to which the pieces of one message leave as one chunk: copying them is cheaper than a gathered write. */
const JOIN_BELOW = 64 * 1024;

export function areSmall(pieces: readonly Uint8Array[]): boolean {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length <= JOIN_BELOW;
}
