/** draft §3: `uint32 length, byte type, byte[length - 1] data`; in all packets but INIT and VERSION the data begins with `uint32 id`. */
import type { ReceiveBuffer } from "@socketscope/wire";

/** Octets of length, type and id. */
export const HEAD = 9;

export interface Framed {
  /** The packet from its type on, a view; consumed. */
  readonly packet: Uint8Array;
}

/** A length that cannot be: below what type and id take, or above the limit. */
export interface Unframed {
  readonly length: number;
  readonly type: number;
  readonly id: number;
}

/**
 * The next packet, or undefined while it is not whole. Of one that cannot be taken the head is waited for, so that it
 * can be said which request it was.
 */
export function nextPacket(buffer: ReceiveBuffer, maxOctets: number): Framed | Unframed | undefined {
  if (buffer.length < 4) return undefined;
  const length = numberAt(buffer.octets, buffer.at);
  if (length < 5 || length > maxOctets) {
    if (buffer.length < HEAD) return undefined;
    const { octets, at } = buffer;
    return { length, type: octets[at + 4] ?? 0, id: numberAt(octets, at + 5) };
  }
  if (buffer.length < 4 + length) {
    buffer.expect(4 + length);
    return undefined;
  }
  buffer.skip(4);
  return { packet: buffer.take(length) };
}

export function numberAt(octets: Uint8Array, at: number): number {
  return (
    (octets[at] ?? 0) * 0x100_0000 +
    (((octets[at + 1] ?? 0) << 16) | ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0))
  );
}
