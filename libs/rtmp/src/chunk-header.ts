/** The head of a chunk (RTMP 1.0 §5.3.1): which chunk stream, and as much of a message's head as has changed. */

/** What is known of a chunk stream from its chunks before. */
export interface ChunkMemory {
  /** As the field had it: 0xFFFFFF says that the extended one stands behind the head. */
  readonly field: number;
  readonly timestamp: number;
  /** To the message before. */
  readonly delta: number;
  readonly length: number;
  readonly type: number;
  readonly stream: number;
}

export interface ChunkHead extends ChunkMemory {
  /** 0 to 3: how much of it was written. */
  readonly format: number;
  readonly chunkStream: number;
  /** Octets it took. */
  readonly size: number;
  /** Of them, those of the basic head. */
  readonly basic: number;
  readonly extended: boolean;
}

/** §5.3.1.2: octets behind the basic head, by format. */
const SIZES = [11, 7, 3, 0] as const;
/** §5.3.1.3. */
const EXTENDED = 0xff_ffff;

/**
 * The head at `at`; "more" while it is not all there; "none" for a format that leans on a chunk that never came.
 * `memory`: by chunk stream. `within`: a message of that stream has begun and is not whole.
 */
export function readChunkHead(
  octets: Uint8Array,
  at: number,
  memory: ReadonlyMap<number, ChunkMemory>,
  within: (chunkStream: number) => boolean,
): ChunkHead | "more" | "none" {
  const left = octets.length - at;
  const first = octets[at];
  if (first === undefined) return "more";
  const format = first >> 6;
  const short = first & 0x3f;
  // §5.3.1.1: 0 and 1 stand for numbers of one and two octets more.
  const basic = short === 0 ? 2 : short === 1 ? 3 : 1;
  const size = basic + (SIZES[format] ?? 0);
  if (left < size) return "more";
  const second = octets[at + 1] ?? 0;
  const chunkStream =
    short === 0 ? 64 + second : short === 1 ? 64 + second + 256 * (octets[at + 2] ?? 0) : short;
  const before = memory.get(chunkStream);
  if (format > 0 && before === undefined) return "none";
  const view = new DataView(octets.buffer, octets.byteOffset + at + basic, size - basic);
  const field = format < 3 ? view.getUint16(0) * 256 + view.getUint8(2) : (before?.field ?? 0);
  // §5.3.1.3: also behind a head of format 3, when the one before it had it.
  const extended = field === EXTENDED;
  if (extended && left < size + 4) return "more";
  const said = extended ? new DataView(octets.buffer, octets.byteOffset + at + size, 4).getUint32(0) : field;
  const continues = format === 3 && within(chunkStream);
  // §5.3.1.2.4: a new message of format 3 behind one of format 0 is as far from it as that one from 0.
  const delta = format === 3 ? (before?.delta ?? 0) : said;
  const timestamp =
    format === 0 ? said : continues ? (before?.timestamp ?? 0) : ((before?.timestamp ?? 0) + delta) % 2 ** 32;
  return {
    format,
    chunkStream,
    size: size + (extended ? 4 : 0),
    basic,
    extended,
    field,
    timestamp,
    delta,
    length: format < 2 ? view.getUint16(3) * 256 + view.getUint8(5) : (before?.length ?? 0),
    type: format < 2 ? view.getUint8(6) : (before?.type ?? 0),
    stream: format === 0 ? view.getUint32(7, true) : (before?.stream ?? 0),
  };
}
