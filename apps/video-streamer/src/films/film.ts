/** A film cut into segments at its key pictures, without a look at more of the file than that takes. */
import { withDecodeTimes, type AudioTrack, type Sample, type VideoTrack } from "@socketscope/media";
import { ALL_FORMATS, FilePathSource, Input } from "mediabunny";
import { FilmError } from "./film-error.ts";
import type { Lane } from "./lane.ts";
import { openMovie } from "./movie.ts";
import { readSamples, type Reel } from "./reel.ts";
import { audioLane, videoLane } from "./tracks.ts";

export interface FilmLimits {
  /** Seconds a segment has at least, unless the film ends; it ends at the next key picture. Default 2. */
  readonly segment: number;
  /** Segments of one film. Default 50,000: a day of segments of 2 s. */
  readonly segments: number;
  /** Octets of the file that are kept in memory by its reader. Default 2 MiB. */
  readonly readAhead: number;
  /** Octets of an MP4's index that are read by our own reader; larger ones are the library's. Default 128 MiB. */
  readonly index: number;
  /** Samples of a track that are read by our own reader. Default 8 million: a day at 60 pictures a second, and its sound. */
  readonly samples: number;
  /** Octets of one segment's samples. Default 256 MiB: ten seconds at 200 Mbit/s. */
  readonly segmentOctets: number;
}

export const FILM_LIMITS: FilmLimits = {
  segment: 2,
  segments: 50_000,
  readAhead: 2 * 1024 * 1024,
  index: 128 * 1024 * 1024,
  samples: 8_000_000,
  segmentOctets: 256 * 1024 * 1024,
};

/** Seconds that pictures may be missing at the end of a segment. */
const CUT_SHORT = 0.5;

/** What a container holds that can be shown. */
export interface FilmLanes {
  readonly video: Lane<VideoTrack> | undefined;
  readonly audio: Lane<AudioTrack> | undefined;
  readonly close: () => void;
}

/** Octets and samples of one segment, and the octets of its first sample where they are known without reading it. */
export interface SegmentWeight {
  readonly octets: number;
  readonly count: number;
  readonly first: number | undefined;
}

export class Film {
  readonly video: Lane<VideoTrack> | undefined;
  readonly audio: Lane<AudioTrack> | undefined;
  readonly #close: () => void;
  /** Where segments begin, and where the last one ends, in seconds on the container's clock. */
  readonly #times: readonly number[];
  #weights: Promise<{ video: SegmentWeight[]; audio: SegmentWeight[] }> | undefined;

  private constructor({ video, audio, close }: FilmLanes, times: readonly number[]) {
    this.video = video;
    this.audio = audio;
    this.#close = close;
    this.#times = times;
  }

  /** Throws {@link FilmError} for a file that is no film, is cut short, or is of a codec that HLS cannot carry. */
  static async open(path: string, limits: FilmLimits = FILM_LIMITS): Promise<Film> {
    let lanes: FilmLanes | undefined;
    try {
      lanes = (await openMovie(path, limits)) ?? (await openByLibrary(path, limits));
      const leading = lanes.video ?? lanes.audio;
      if (leading === undefined)
        throw new FilmError("FILM_NO_TRACK", "it holds no pictures and no sound that HLS can carry");
      const times = await cutTimes(leading, limits);
      for (const lane of [lanes.video, lanes.audio]) lane?.beginAt(times[0] ?? 0);
      return new Film(lanes, times);
    } catch (error) {
      lanes?.close();
      if (error instanceof FilmError) throw error;
      throw new FilmError("FILM_UNREADABLE", `it cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  }

  get segments(): number {
    return this.#times.length - 1;
  }

  /** Seconds from the film's beginning; of the number of segments: its whole length. */
  startOf(segment: number): number {
    const lane = this.video ?? this.audio;
    return lane === undefined ? 0 : this.#cut(lane, segment) / lane.track.timescale;
  }

  durationOf(segment: number): number {
    return this.startOf(segment + 1) - this.startOf(segment);
  }

  get duration(): number {
    return this.startOf(this.segments);
  }

  /** Pictures of a segment, in decode order. Empty for a segment that is none. */
  async pictures(segment: number): Promise<Sample[]> {
    const reel = await this.reel("video", segment);
    return reel === undefined ? [] : this.#reading(readSamples(reel));
  }

  /** The sound that begins within a segment. */
  async sound(segment: number): Promise<Sample[]> {
    const reel = await this.reel("audio", segment);
    return reel === undefined ? [] : this.#reading(readSamples(reel));
  }

  /** The same, before it is read. Undefined for a segment that is none, or a track that is not there. */
  reel(kind: "video" | "audio", segment: number): Promise<Reel | undefined> {
    return kind === "video" ? this.#pictures(segment) : this.#sound(segment);
  }

  async #pictures(segment: number): Promise<Reel | undefined> {
    const from = this.#times[segment];
    if (this.video === undefined || from === undefined || segment >= this.segments) return undefined;
    const to = segment + 1 < this.segments ? this.#times[segment + 1] : undefined;
    const reel = await this.#reading(this.video.group(from, to));
    const end = reel.samples.reduce(
      (latest, { pts, duration }) => Math.max(latest, pts + duration),
      -Infinity,
    );
    // mediabunny ends where the file does, without a word.
    if (!(end >= this.#cut(this.video, segment + 1) - CUT_SHORT * this.video.track.timescale))
      throw new FilmError("FILM_UNREADABLE", "it cannot be read on: the file is cut short");
    return { ...reel, samples: withDecodeTimes(reel.samples, this.video.track.ahead) };
  }

  async #sound(segment: number): Promise<Reel | undefined> {
    if (this.audio === undefined || segment >= this.segments) return undefined;
    const from = segment === 0 ? -this.audio.track.ahead : this.#cut(this.audio, segment);
    return this.#reading(this.audio.between(from, this.#soundEnd(this.audio, segment)));
  }

  /** Of all segments: every packet's size is looked up, which takes a while the first time. */
  weights(): Promise<{ video: SegmentWeight[]; audio: SegmentWeight[] }> {
    this.#weights ??= this.#weigh();
    return this.#weights;
  }

  close(): void {
    this.#close();
  }

  async #weigh(): Promise<{ video: SegmentWeight[]; audio: SegmentWeight[] }> {
    const weigh = async (lane: Lane | undefined): Promise<SegmentWeight[]> => {
      if (lane === undefined) return [];
      const cuts = Array.from({ length: this.segments }, (_value, i) => this.#cut(lane, i));
      return lane.weigh([-lane.track.ahead, ...cuts.slice(1), Infinity]);
    };
    return { video: await weigh(this.video), audio: await weigh(this.audio) };
  }

  /** In ticks of `lane`. */
  #cut(lane: Lane, segment: number): number {
    return lane.ticks(this.#times[segment] ?? 0);
  }

  /** The last segment takes what sounds on after the last picture. */
  #soundEnd(audio: Lane, segment: number): number {
    return segment + 1 < this.segments ? this.#cut(audio, segment + 1) : Infinity;
  }

  async #reading<Value>(read: Promise<Value>): Promise<Value> {
    try {
      return await read;
    } catch (error) {
      if (error instanceof FilmError) throw error;
      throw new FilmError("FILM_UNREADABLE", `it cannot be read on: ${reasonOf(error)}`, { cause: error });
    }
  }
}

async function openByLibrary(path: string, limits: FilmLimits): Promise<FilmLanes> {
  const source = new FilePathSource(path, { maxCacheSize: limits.readAhead });
  const input = new Input({ formats: ALL_FORMATS, source });
  try {
    const picture = await input.getPrimaryVideoTrack();
    const sound = await input.getPrimaryAudioTrack();
    const video = picture === null ? undefined : await videoLane(picture);
    const begin = picture === null ? undefined : await picture.getFirstTimestamp();
    const audio = sound === null ? undefined : await audioLane(sound, begin);
    return { video, audio, close: () => input.dispose() };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

/** Key pictures that begin a segment, and the end. Sound alone is cut by the clock. */
async function cutTimes(lane: Lane, limits: FilmLimits): Promise<number[]> {
  const end = await lane.endTimestamp();
  const keys =
    lane.track.kind === "video" ? await lane.keyTimes() : await soundCuts(lane, end, limits.segment);
  const times: number[] = [];
  for (const key of keys) {
    const last = times.at(-1);
    // A hair less than asked for: 2 s of pictures at 29.97 a second are 1.9999.
    if (last === undefined || key - last >= limits.segment - 0.01) times.push(key);
  }
  if (times.length === 0 || !(end > (times[0] ?? 0)))
    throw new FilmError("FILM_UNREADABLE", "no picture in it can be decoded by itself");
  if (times.length > limits.segments)
    throw new FilmError("FILM_UNREADABLE", `it has more than ${limits.segments} segments`);
  return [...times, end];
}

async function soundCuts(lane: Lane, end: number, segment: number): Promise<number[]> {
  const first = Math.max(0, await lane.firstTimestamp());
  const count = Math.min(Math.ceil((end - first) / segment), 1_000_000);
  return Array.from({ length: Math.max(count, 1) }, (_value, i) => first + i * segment);
}

/** The library says it of a few octets by an assertion that fails, of more by an error of its own. */
const UNKNOWN = /^Assertion failed|unsupported or unrecognizable format/;

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message.split("\n", 1).join("") : String(error);
  return UNKNOWN.test(reason) ? "it is no MP4, MOV, MKV, WebM or MPEG-TS" : reason.replace(/\.$/, "");
}
