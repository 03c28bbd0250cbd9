/**
 * Sound and pictures as FLV and RTMP carry them: the bodies of tags (Video File Format 10.1, §E.4.2, §E.4.3), H.264,
 * AAC and MP3. Left out: other codecs, and the enhanced form that names them by FourCC.
 */
import { AAC_FRAME, parseAacConfiguration } from "./aac.ts";
import { MediaError } from "./error.ts";
import { parseSps } from "./h264-sps.ts";
import type { AudioTrack, Sample, VideoTrack } from "./sample.ts";

export type FlvEvent =
  /** Before its samples; again when it changes. Times of pictures count 90,000 a second, of sound its sample rate. */
  | { readonly type: "track"; readonly track: VideoTrack | AudioTrack }
  | { readonly type: "sample"; readonly kind: "video" | "audio"; readonly sample: Sample };

export interface FlvLimits {
  /** Milliseconds that a time of sound may be off before it is believed: stamps are rounded, and jitter. Default 20. */
  readonly jitter: number;
}

export const FLV_LIMITS: FlvLimits = { jitter: 20 };

const PICTURE_TIMESCALE = 90_000;
/** §E.4.3.1: H.264. */
const AVC = 7;
/** §E.4.2.1: MP3, and AAC. */
const MP3 = 2;
const AAC = 10;
/** §E.4.3.1: "sequence header", and "coded frames". */
const CONFIGURATION = 0;
const FRAMES = 1;
/** §E.4.3.1: frame types: a key picture, and a command to the player. */
const KEY = 1;
const COMMAND = 5;

export class FlvReader {
  readonly #limits: FlvLimits;
  readonly #video = new Timeline();
  readonly #audio = new Timeline();
  #picture: VideoTrack | undefined;
  #sound: AudioTrack | undefined;
  #lastDts = -Infinity;
  /** Where the next frame of sound is to begin, in ticks. */
  #nextSound: number | undefined;

  constructor(limits: Partial<FlvLimits> = {}) {
    this.#limits = { ...FLV_LIMITS, ...limits };
  }

  /** The body of a tag; `timestamp` in milliseconds, of 32 bits. Throws {@link MediaError} for a codec not carried here. */
  push(kind: "video" | "audio", timestamp: number, body: Uint8Array): FlvEvent[] {
    if (body.length === 0) return [];
    return kind === "video" ? this.#pictureTag(timestamp, body) : this.#soundTag(timestamp, body);
  }

  #pictureTag(timestamp: number, body: Uint8Array): FlvEvent[] {
    const [first = 0, packet = 0] = body;
    const frame = first >> 4;
    // Enhanced RTMP v1: the first bit says that a FourCC follows.
    if (frame >= 8)
      throw new MediaError("MEDIA_CODEC", "its pictures are not H.264, which is all that FLV carries here");
    if (frame === COMMAND) return [];
    if ((first & 15) !== AVC)
      throw new MediaError("MEDIA_CODEC", `its pictures are of FLV's codec ${first & 15}: send H.264`);
    if (body.length < 5) throw new MediaError("MEDIA_BROKEN", "a tag of pictures that is cut short");
    const data = body.subarray(5);
    if (packet === CONFIGURATION) return this.#configure(avcTrack(data));
    return packet === FRAMES ? this.#frame(timestamp, signed24(body, 2), data, frame === KEY) : [];
  }

  #configure(track: VideoTrack): FlvEvent[] {
    if (this.#picture !== undefined && sameOctets(this.#picture.description, track.description)) return [];
    this.#picture = track;
    return [{ type: "track", track }];
  }

  #frame(timestamp: number, offset: number, data: Uint8Array, key: boolean): FlvEvent[] {
    if (this.#picture === undefined || data.length === 0) return [];
    const scale = PICTURE_TIMESCALE / 1000;
    let dts = this.#video.unrolled(timestamp) * scale;
    const pts = dts + offset * scale;
    // Two pictures within a millisecond have the same stamp.
    if (dts === this.#lastDts) dts++;
    this.#lastDts = dts;
    const sample = { data, pts: Math.max(pts, dts), dts, duration: PICTURE_TIMESCALE / 25, key };
    return [{ type: "sample", kind: "video", sample }];
  }

  #soundTag(timestamp: number, body: Uint8Array): FlvEvent[] {
    const [first = 0, packet = 0] = body;
    const format = first >> 4;
    if (format === MP3) return this.#mp3(timestamp, body.subarray(1));
    if (format !== AAC)
      throw new MediaError("MEDIA_CODEC", `its sound is of FLV's format ${format}: send AAC`);
    const data = body.subarray(2);
    if (packet !== CONFIGURATION) return this.#soundFrame(timestamp, data, AAC_FRAME);
    const { sampleRate, ...configuration } = parseAacConfiguration(data);
    return this.#hear({
      kind: "audio",
      codec: "aac",
      timescale: sampleRate,
      sampleRate,
      ahead: 0,
      description: data,
      ...configuration,
    });
  }

  /** It has no configuration: its first frame tells. */
  #mp3(timestamp: number, data: Uint8Array): FlvEvent[] {
    const [, second = 0, third = 0, fourth = 0] = data;
    const rate = MP3_RATES[(third >> 2) & 3];
    if (data.length < 4 || data[0] !== 0xff || (second & 0xfe) !== 0xfa || rate === undefined)
      throw new MediaError("MEDIA_CODEC", "its sound is MP3 of another kind than MPEG-1 layer III: send AAC");
    const track: AudioTrack = {
      kind: "audio",
      codec: "mp3",
      codecString: "mp4a.6B",
      timescale: rate,
      sampleRate: rate,
      channels: fourth >> 6 === 3 ? 1 : 2,
      ahead: 0,
      description: new Uint8Array(),
    };
    const events = this.#sound?.timescale === rate ? [] : this.#hear(track);
    return [...events, ...this.#soundFrame(timestamp, data, MP3_FRAME)];
  }

  #hear(track: AudioTrack): FlvEvent[] {
    if (this.#sound !== undefined && sameOctets(this.#sound.description, track.description)) return [];
    this.#sound = track;
    this.#nextSound = undefined;
    return [{ type: "track", track }];
  }

  #soundFrame(timestamp: number, data: Uint8Array, frame: number): FlvEvent[] {
    if (this.#sound === undefined || data.length === 0) return [];
    const { timescale } = this.#sound;
    const stamp = Math.round((this.#audio.unrolled(timestamp) * timescale) / 1000);
    const off = this.#nextSound === undefined ? Infinity : Math.abs(stamp - this.#nextSound);
    const pts = off <= (this.#limits.jitter * timescale) / 1000 ? (this.#nextSound ?? stamp) : stamp;
    this.#nextSound = pts + frame;
    return [{ type: "sample", kind: "audio", sample: { data, pts, dts: pts, duration: frame, key: true } }];
  }
}

/** Samples of a frame of MP3, and its rates (ISO/IEC 11172-3 §2.4.2.3). */
const MP3_FRAME = 1152;
const MP3_RATES = [44_100, 48_000, 32_000];

/** Milliseconds of 32 bits, which begin again, as numbers that do not. */
class Timeline {
  #last: number | undefined;

  unrolled(timestamp: number): number {
    const last = this.#last ?? timestamp;
    const step = ((timestamp - last + 3 * 2 ** 31) % 2 ** 32) - 2 ** 31;
    this.#last = last + step;
    return this.#last;
  }
}

/** `record`: AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1). */
function avcTrack(record: Uint8Array): VideoTrack {
  const length = ((record[6] ?? 0) << 8) | (record[7] ?? 0);
  if (record.length < 9 || length < 4 || record.length < 8 + length)
    throw new MediaError("MEDIA_NO_CONFIGURATION", "the pictures' configuration is none");
  const { codecString, width, height, pixelAspect } = parseSps(record.subarray(8, 8 + length));
  return {
    kind: "video",
    codec: "avc",
    codecString,
    timescale: PICTURE_TIMESCALE,
    width,
    height,
    pixelAspect,
    ahead: 0,
    rotation: 0,
    description: record,
  };
}

function signed24(octets: Uint8Array, at: number): number {
  const value = ((octets[at] ?? 0) << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0);
  return value >= 0x80_0000 ? value - 0x100_0000 : value;
}

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
