/** Messages out of chunks (RTMP 1.0 §5.3), many streams of them at a time. Its own settings it obeys: chunk size, abort. */
import { ReceiveBuffer } from "@socketscope/wire";
import { readChunkHead, type ChunkHead, type ChunkMemory } from "./chunk-header.ts";
import { RtmpError } from "./errors.ts";
import type { RtmpLimits } from "./limits.ts";
import { TYPE, type RtmpMessage } from "./messages.ts";

/** §5.4.1: until it is set. */
export const FIRST_CHUNK_SIZE = 128;

/** A chunk that has been read, as a dissector wants it. */
export interface ReadChunk {
  readonly head: ChunkHead;
  /** Octets of content. */
  readonly length: number;
  /** Set with the chunk that makes a message whole. */
  readonly message: RtmpMessage | undefined;
}

interface Open {
  readonly pieces: Uint8Array[];
  left: number;
}

export class ChunkReader {
  readonly buffer = new ReceiveBuffer();
  readonly #limits: RtmpLimits;
  readonly #memory = new Map<number, ChunkMemory>();
  readonly #open = new Map<number, Open>();
  #chunkSize = FIRST_CHUNK_SIZE;
  #held = 0;

  constructor(limits: RtmpLimits) {
    this.#limits = limits;
  }

  /** The next chunk; undefined while it is not all there. Throws {@link RtmpError}. */
  next(): ReadChunk | undefined {
    const { octets, at, end } = this.buffer;
    const head = readChunkHead(octets.subarray(at, end), 0, this.#memory, (id) => this.#open.has(id));
    if (head === "more") return undefined;
    if (head === "none")
      throw new RtmpError("RTMP_CHUNK", "a chunk that continues a stream which never began");
    const open = this.#open.get(head.chunkStream);
    // §5.3.1.2.4: a message that is not whole goes on with format 3; another head is a new one all the same.
    const begun = open !== undefined && head.format === 3;
    if (open !== undefined && !begun)
      throw new RtmpError("RTMP_CHUNK", "a message begins before the one before it is whole");
    this.#check(head);
    const left = open?.left ?? head.length;
    const length = Math.min(left, this.#chunkSize);
    if (this.buffer.length < head.size + length) return undefined;
    this.buffer.skip(head.size);
    // A copy: what the buffer holds is written over.
    const piece = this.buffer.take(length).slice();
    const message = this.#add(head, open ?? { pieces: [], left }, piece);
    if (message !== undefined) this.#obey(message);
    return { head, length, message };
  }

  #check({ chunkStream, length, type }: ChunkHead): void {
    const { media, command, streams } = this.#limits;
    const most = type === TYPE.audio || type === TYPE.video ? media : command;
    if (length > most) throw new RtmpError("RTMP_LIMIT", `a message of ${length} octets: ${most} are read`);
    if (!this.#memory.has(chunkStream) && this.#memory.size >= streams)
      throw new RtmpError("RTMP_LIMIT", `more than ${streams} chunk streams`);
  }

  #add(head: ChunkHead, open: Open, piece: Uint8Array): RtmpMessage | undefined {
    const { chunkStream, timestamp, field, delta, length, type, stream } = head;
    this.#memory.set(chunkStream, { field, timestamp, delta, length, type, stream });
    open.pieces.push(piece);
    open.left -= piece.length;
    this.#held += piece.length;
    if (this.#held > this.#limits.held)
      throw new RtmpError(
        "RTMP_LIMIT",
        `more than ${this.#limits.held} octets of messages that are not whole`,
      );
    if (open.left > 0) {
      this.#open.set(chunkStream, open);
      return undefined;
    }
    this.#open.delete(chunkStream);
    this.#held -= length;
    return { type, stream, timestamp, octets: joined(open.pieces, length) };
  }

  #obey({ type, octets }: RtmpMessage): void {
    if (type !== TYPE.setChunkSize && type !== TYPE.abort) return;
    if (octets.length < 4) throw new RtmpError("RTMP_MESSAGE", "a setting without its number");
    const value = new DataView(octets.buffer, octets.byteOffset).getUint32(0);
    if (type === TYPE.abort) {
      // §5.4.2: what has come of it is forgotten.
      const open = this.#open.get(value);
      this.#held -= open?.pieces.reduce((sum, { length }) => sum + length, 0) ?? 0;
      this.#open.delete(value);
      return;
    }
    // §5.4.1: from 1 on; the first bit is zero.
    if (value < 1 || value > this.#limits.chunk)
      throw new RtmpError(
        "RTMP_CHUNK_SIZE",
        `chunks of ${value} octets: 1 to ${this.#limits.chunk} are read`,
      );
    this.#chunkSize = value;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
