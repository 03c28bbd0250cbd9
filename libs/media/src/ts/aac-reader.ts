/** AAC in PES packets: frames behind ADTS headers, which need not end where a packet does. */
import { parseAdts, type AdtsHeader } from "../adts.ts";
import { MediaError } from "../error.ts";
import { joined } from "../fmp4/box.ts";
import { TS_TIMESCALE } from "./clock.ts";
import type { TsLimits } from "./events.ts";
import type { PesUnit, StreamReader, StreamTeller } from "./stream-reader.ts";

/** ISO/IEC 14496-3 §4.5.1.1: samples in a frame. */
const FRAME = 1024;

/** Seconds by which a time may differ from where the sound had come to, for the sake of its rounding: FLV counts in milliseconds. */
const ROUNDING = 0.002;

const ADTS_HEADER = 7;

export class AacReader implements StreamReader {
  readonly #tell: StreamTeller;
  readonly #limits: TsLimits;
  /** The beginning of a frame. */
  #rest = new Uint8Array();
  /** Its time, where the packet said one. */
  #restTime: number | undefined;
  #description: Uint8Array | undefined;
  /** Where the next frame begins, in samples. */
  #next: number | undefined;
  #lost = false;

  constructor(tell: StreamTeller, limits: TsLimits) {
    this.#tell = tell;
    this.#limits = limits;
  }

  read({ data, pts }: PesUnit): void {
    const before = this.#rest.length;
    const octets = before === 0 ? data : joined([this.#rest, data]);
    // ISO/IEC 13818-1 §2.4.3.7: the time is that of the first frame that begins in the packet.
    let time = pts;
    let at = 0;
    while (at + ADTS_HEADER <= octets.length) {
      const header = this.#header(octets.subarray(at));
      if (header === undefined) {
        at = nextSync(octets, at + 1);
        continue;
      }
      if (at + header.frameLength > octets.length) break;
      const content = octets.subarray(at + header.length, at + header.frameLength);
      this.#frame(header, content, at < before ? this.#restTime : time);
      if (at >= before) time = undefined;
      at += header.frameLength;
    }
    if (at >= before) this.#restTime = time;
    // At most one frame, of 8,191 octets: its length has thirteen bits.
    this.#rest = octets.slice(at);
  }

  lost(): void {
    this.#rest = new Uint8Array();
  }

  end(): void {
    if (this.#rest.length > 0) this.#tell.fault("TS_SOUND", "the sound ends within a frame");
    this.#rest = new Uint8Array();
  }

  #header(octets: Uint8Array): AdtsHeader | undefined {
    try {
      const header = parseAdts(octets);
      if (header.frameLength <= header.length)
        throw new MediaError("MEDIA_BROKEN", "a frame of AAC without content");
      this.#lost = false;
      return header;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      if (!this.#lost) this.#tell.fault("TS_SOUND", error.message);
      this.#lost = true;
      return undefined;
    }
  }

  #frame({ description, sampleRate, channels }: AdtsHeader, data: Uint8Array, pts: number | undefined): void {
    const known = this.#description;
    if (known === undefined || known[0] !== description[0] || known[1] !== description[1]) {
      this.#description = description;
      this.#next = undefined;
      const codecString = `mp4a.40.${(description[0] ?? 0) >> 3}`;
      const common = { timescale: sampleRate, sampleRate, channels, ahead: 0, description };
      this.#tell.track({ kind: "audio", codec: "aac", codecString, ...common });
    }
    const expected = this.#next;
    const said = pts === undefined ? undefined : Math.round((pts * sampleRate) / TS_TIMESCALE);
    // Sound that begins in the middle of a packet without a time has no place yet.
    if (said === undefined && expected === undefined) return;
    const near = said === undefined || Math.abs(said - (expected ?? Infinity)) <= ROUNDING * sampleRate;
    const time = near ? (expected ?? 0) : said;
    if (
      expected !== undefined &&
      (time <= expected - FRAME || time - expected > this.#limits.gap * sampleRate)
    )
      this.#tell.jump();
    this.#tell.sample({ data, pts: time, dts: time, duration: FRAME, key: true });
    this.#next = time + FRAME;
  }
}

/** Of the twelve bits that begin a header; with less than a header left, the end. */
function nextSync(octets: Uint8Array, from: number): number {
  for (let at = from; at + 1 < octets.length; at++)
    if (octets[at] === 0xff && ((octets[at + 1] ?? 0) & 0xf6) === 0xf0) return at;
  return Math.max(from, octets.length - 1);
}
