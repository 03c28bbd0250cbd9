/** Packetized elementary streams (ISO/IEC 13818-1 §2.4.3.6): a header with the times, then a picture or some sound. */
import { TsError } from "./error.ts";
import { wrapped } from "./clock.ts";

/** ISO/IEC 13818-1 table 2-22: the first stream of its kind. */
export const VIDEO_STREAM_ID = 0xe0;
export const AUDIO_STREAM_ID = 0xc0;

const FIXED = 9;

export interface PesHeader {
  readonly streamId: number;
  /** Octets of the header. */
  readonly size: number;
  /** Octets behind the header; undefined: up to the next beginning. */
  readonly content: number | undefined;
  /** 33 bits at 90 kHz. */
  readonly pts: number | undefined;
  readonly dts: number | undefined;
}

/** Undefined: more octets are needed. Throws {@link TsError} for what is no PES packet with times. */
export function parsePes(octets: Uint8Array): PesHeader | undefined {
  if (octets.length < FIXED) return undefined;
  const [a, b, c, streamId = 0, high = 0, low = 0, marker = 0, flags = 0, more = 0] = octets;
  if (a !== 0 || b !== 0 || c !== 1) throw new TsError("TS_PES", "no start code where a PES packet begins");
  // §2.4.3.7: padding, maps and private_stream_2 have no such header; they carry no picture and no sound.
  if ((marker & 0xc0) !== 0x80)
    throw new TsError("TS_PES", `a PES packet of stream ${streamId} without a header`);
  const size = FIXED + more;
  const length = (high << 8) | low;
  const timed = flags >> 6;
  const needed = timed === 3 ? 10 : timed === 2 ? 5 : 0;
  if (timed === 1 || more < needed) throw new TsError("TS_PES", "a PES packet with half a time");
  if (length > 0 && length < size - 6) throw new TsError("TS_PES", "a PES packet shorter than its header");
  if (octets.length < size) return undefined;
  return {
    streamId,
    size,
    content: length === 0 ? undefined : length - (size - 6),
    pts: timed === 0 ? undefined : readTime(octets, FIXED),
    dts: timed === 3 ? readTime(octets, FIXED + 5) : undefined,
  };
}

/** Times in ticks of 90 kHz, wrapped here. DTS is left out where it is the PTS (§2.4.3.7). */
export function formatPes(streamId: number, content: number, pts: number, dts: number): Uint8Array {
  const both = wrapped(pts) !== wrapped(dts);
  const more = both ? 10 : 5;
  const header = new Uint8Array(FIXED + more);
  const length = 3 + more + content;
  // §2.4.3.7: 0, "not said", is for pictures only: those of more than 65,535 octets.
  const said = length > 0xffff ? 0 : length;
  // Data alignment: an access unit begins right behind the header.
  header.set([0, 0, 1, streamId, said >> 8, said & 0xff, 0x84, both ? 0xc0 : 0x80, more]);
  writeTime(header, FIXED, both ? 3 : 2, wrapped(pts));
  if (both) writeTime(header, FIXED + 5, 1, wrapped(dts));
  return header;
}

/** §2.4.3.7: 3, 15 and 15 bits, each with a marker behind it. Markers that are missing are not missed. */
function readTime(octets: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = octets.subarray(at, at + 5);
  return ((a >> 1) & 7) * 0x4000_0000 + ((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1));
}

function writeTime(octets: Uint8Array, at: number, prefix: number, time: number): void {
  octets[at] = (prefix << 4) | (Math.floor(time / 0x4000_0000) << 1) | 1;
  octets[at + 1] = (time / 0x40_0000) & 0xff;
  octets[at + 2] = ((time / 0x4000) & 0xfe) | 1;
  octets[at + 3] = (time / 0x80) & 0xff;
  octets[at + 4] = ((time & 0x7f) << 1) | 1;
}
