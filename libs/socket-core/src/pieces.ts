import type { Writable } from "node:stream";

/** Octets in all up to which the pieces of one message leave as one chunk: copying them is cheaper than a gathered write. */
const JOIN_BELOW = 64 * 1024;

export function areSmall(pieces: readonly Uint8Array[]): boolean {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length <= JOIN_BELOW;
}

const NOTHING = new Uint8Array(0);

/** Resolves when all that was written has left, or the stream has broken. */
export async function allTaken(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  // A write of nothing is behind all others; a socket that breaks calls back as well.
  await new Promise<void>((resolve) => {
    stream.write(NOTHING, () => resolve());
  });
}
