/** Messages into chunks (RTMP 1.0 §5.3): each with a whole head, its rest with the shortest. */
import type { RtmpMessage } from "./messages.ts";

/** §5.3.1.2.1. */
const HEAD = 12;
const EXTENDED = 0xff_ffff;

/** `chunkStream`: 2 to 63. */
export function writeChunks(chunkStream: number, message: RtmpMessage, chunkSize: number): Uint8Array {
  const { type, stream, timestamp, octets } = message;
  const long = timestamp >= EXTENDED;
  const extra = long ? 4 : 0;
  const chunks = Math.max(1, Math.ceil(octets.length / chunkSize));
  const out = new Uint8Array(HEAD + extra + (chunks - 1) * (1 + extra) + octets.length);
  const view = new DataView(out.buffer);
  const field = long ? EXTENDED : timestamp;
  view.setUint32(0, chunkStream * 2 ** 24 + field);
  view.setUint32(4, octets.length * 256 + type);
  view.setUint32(8, stream, true);
  let at = HEAD;
  for (let i = 0; i < chunks; i++) {
    if (i > 0) out[at++] = 0xc0 | chunkStream;
    if (long) {
      view.setUint32(at, timestamp);
      at += 4;
    }
    const piece = octets.subarray(i * chunkSize, (i + 1) * chunkSize);
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
