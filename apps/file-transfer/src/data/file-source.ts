/** Files as what is sent and received, with TYPE A's line ends where they are wanted. */
import { FromNetwork, toNetwork } from "@socketscope/ftp";
import type { FileReader, FileWriter } from "../files/file-system.ts";
import type { Sink } from "./receiving.ts";
import type { Source } from "./sending.ts";

/** Octets of a read: raw Node reaches half of vsftpd with 64 KiB. */
const PIECE = 256 * 1024;

/** From octet `offset` of what is sent: under TYPE A line ends count two (RFC 3659 §5.3). */
export function fileSource(reader: FileReader, size: number, offset: number, ascii: boolean): Source {
  let at = ascii ? 0 : offset;
  let skip = ascii ? offset : 0;
  let ended = false;
  /** Whole pieces whose octets have left. */
  const free: Uint8Array[] = [];
  const room = (): Uint8Array => {
    const left = size - at + 1;
    // One octet more than there is: a small file's end is seen with its first read.
    return left >= PIECE
      ? (free.pop() ?? Buffer.allocUnsafeSlow(PIECE))
      : Buffer.allocUnsafeSlow(Math.max(1, left));
  };
  return {
    recycle(octets) {
      // Converted octets are in memory of their own.
      if (!ascii && octets.buffer.byteLength === PIECE && free.length < 8)
        free.push(new Uint8Array(octets.buffer));
    },
    async next() {
      while (!ended) {
        const octets = room();
        const count = await reader.read(octets, at);
        ended = count < octets.length;
        at += count;
        const piece = ascii ? toNetwork(octets.subarray(0, count)) : octets.subarray(0, count);
        const rest = piece.subarray(Math.min(skip, piece.length));
        skip -= piece.length - rest.length;
        if (rest.length > 0) return rest;
      }
      return undefined;
    },
  };
}

/** `end` writes what TYPE A held back. */
export function fileSink(writer: FileWriter, ascii: boolean): Sink & { end(): Promise<void> } {
  if (!ascii)
    return {
      write: (pieces) => writer.write(pieces),
      writeNow: (octets) => writer.writeNow(octets),
      end: () => Promise.resolve(),
    };
  const reader = new FromNetwork();
  return {
    write: (pieces) => writer.write(pieces.map((piece) => reader.push(piece))),
    async end() {
      const rest = reader.end();
      if (rest.length > 0) await writer.write(rest);
    },
  };
}
