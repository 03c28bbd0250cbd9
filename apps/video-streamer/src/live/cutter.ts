/**
 * Cuts what a publisher sends while it comes: segments at key pictures, parts as low latency wants them. Every sample
 * is held until the next one tells how long it lasts, so that a part is never longer than it may be, and so that it is
 * known of each part whether its segment ends with it.
 */
import type { Sample } from "@socketscope/media";
import type { LaneTracks } from "./channel.ts";
import type { LaneSamples } from "./parts.ts";

export interface CutterOptions {
  readonly tracks: LaneTracks;
  /** Seconds on the channel's clock where it goes on. */
  readonly start: number;
  /** Seconds of a part at most. */
  readonly part: number;
  readonly limits?: Partial<CutterLimits>;
}

export interface CutterLimits {
  /** Seconds a segment has at least; it ends at the next key picture. Default 2. */
  readonly segment: number;
  /** Seconds that times may leap before they count as others. Default 10. */
  readonly leap: number;
  /** Seconds of pictures for which late sound is waited. Default 1. */
  readonly late: number;
  /** Seconds that the times of sound beside pictures may go back: what overlaps is left out. Default 0.5. */
  readonly overlap: number;
}

export const CUTTER_LIMITS: CutterLimits = { segment: 2, leap: 10, late: 1, overlap: 0.5 };

export interface CutPart {
  /** Pictures first, on the channel's clock. */
  readonly lanes: readonly LaneSamples[];
  /** Seconds on the channel's clock. */
  readonly start: number;
  readonly duration: number;
  /** It begins with a key picture, or is sound. */
  readonly independent: boolean;
  /** Its segment ends with it. */
  readonly last: boolean;
}

/** A hair for rounding: 2 s of pictures at 29.97 a second are 1.9999. */
const HAIR = 0.01;
/** Seconds by which the ticks of two clocks may differ. */
const ROUNDING = 0.0005;

interface Pending {
  readonly samples: Sample[];
  readonly start: number;
  /** Seconds on the channel's clock: sound up to there belongs to it. */
  readonly ends: number;
  readonly last: boolean;
}

export class Cutter {
  /** By how much pictures are decoded before they are shown is known with the first of them. */
  readonly tracks: LaneTracks;
  readonly #options: CutterOptions;
  readonly #limits: CutterLimits;
  readonly #leading: LaneCut;
  /** Sound beside pictures. */
  readonly #beside: LaneCut | undefined;
  readonly #pending: Pending[] = [];
  /** Sound that no part has taken yet. */
  #sound: Sample[] = [];
  #samples: Sample[] = [];
  #partStart: number;
  #segmentStart: number;

  /** `first`: the sample that all begins with: a key picture, or sound where there is nothing else. */
  constructor(options: CutterOptions, first: Sample) {
    this.#options = options;
    this.#limits = { ...CUTTER_LIMITS, ...options.limits };
    const { video, audio } = options.tracks;
    const leading = video ?? audio;
    if (leading === undefined) throw new RangeError("nothing to cut");
    const origin = first.pts / leading.timescale;
    const ahead = video === undefined ? 0 : Math.max(0, first.pts - first.dts);
    this.tracks = { video: video && { ...video, ahead }, audio: audio && { ...audio, ahead: 0 } };
    const lane = (kind: "video" | "audio", timescale: number, by: number): LaneCut =>
      new LaneCut(
        kind,
        timescale,
        by,
        Math.round(options.start * timescale) - Math.round(origin * timescale),
      );
    this.#leading = lane(leading.kind, leading.timescale, ahead);
    this.#beside = video && audio && lane("audio", audio.timescale, 0);
    this.#partStart = options.start;
    this.#segmentStart = options.start;
  }

  /** Seconds on the channel's clock up to which all is cut. */
  get end(): number {
    return this.#partStart;
  }

  /** Seconds since the last key picture that a segment began with. */
  get sinceCut(): number {
    return this.#leading.time - this.#segmentStart;
  }

  /** False when its time goes back or leaps: from there on it is another stream. */
  fits(kind: "video" | "audio", sample: Sample): boolean {
    const { leap, overlap } = this.#limits;
    if (kind === this.#leading.kind) return this.#leading.fits(sample, { back: 0, leap });
    // A film that is played again ends with a frame of sound that reaches into what comes: no break of the pictures.
    return this.#beside === undefined || this.#beside.fits(sample, { back: overlap, leap });
  }

  add(kind: "video" | "audio", sample: Sample): CutPart[] {
    if (kind !== this.#leading.kind) {
      this.#hear(this.#beside?.add(sample));
      return this.#ready(false);
    }
    const complete = this.#leading.add(sample);
    if (complete !== undefined) this.#place(complete, sample.key);
    return this.#ready(false);
  }

  /** Nothing comes any more: the last segment ends. */
  finish(): CutPart[] {
    const complete = this.#leading.finish();
    this.#hear(this.#beside?.finish());
    if (complete !== undefined) this.#place(complete, false);
    if (this.#samples.length > 0) this.#close(true);
    return this.#ready(true);
  }

  /** `key`: of the sample behind it. */
  #place(sample: Sample, key: boolean): void {
    const lane = this.#leading;
    const end = lane.shown(sample) + sample.duration / lane.timescale;
    if (this.#samples.length > 0 && end - this.#partStart > this.#options.part + 0.001) this.#close(false);
    this.#samples.push(sample);
    if (key && end - this.#segmentStart >= this.#limits.segment - HAIR) this.#close(true);
  }

  /** What sounds before the first picture is shown, such as an encoder's start, is nobody's. */
  #hear(sample: Sample | undefined): void {
    const beside = this.#beside;
    if (
      sample !== undefined &&
      beside !== undefined &&
      beside.shown(sample) >= this.#options.start - ROUNDING
    )
      this.#sound.push(sample);
  }

  #soundUpTo(seconds: number): Sample[] {
    const beside = this.#beside;
    const index = beside ? this.#sound.findIndex((one) => beside.shown(one) >= seconds - ROUNDING) : 0;
    return this.#sound.splice(0, index === -1 ? this.#sound.length : index);
  }

  #close(last: boolean): void {
    const ends = this.#leading.shownAfter(this.#samples);
    this.#pending.push({ samples: this.#samples, start: this.#partStart, ends, last });
    this.#samples = [];
    this.#partStart = ends;
    if (last) this.#segmentStart = ends;
  }

  /** What has its sound. */
  #ready(all: boolean): CutPart[] {
    const parts: CutPart[] = [];
    for (;;) {
      const [first] = this.#pending;
      if (first === undefined) return parts;
      const beside = this.#beside;
      const waits =
        beside !== undefined &&
        beside.time < first.ends &&
        this.#leading.time - first.ends < this.#limits.late &&
        !all;
      if (waits) return parts;
      this.#pending.shift();
      const sound = this.#soundUpTo(all && this.#pending.length === 0 ? Infinity : first.ends);
      parts.push({
        lanes: [this.#leading.samples(first.samples), ...(beside ? [beside.samples(sound)] : [])],
        start: first.start,
        duration: first.ends - first.start,
        independent: first.samples[0]?.key === true,
        last: first.last,
      });
    }
  }
}

/** One track's samples on their way. */
class LaneCut {
  readonly kind: "video" | "audio";
  readonly timescale: number;
  readonly #ahead: number;
  /** Ticks from the publisher's clock to the channel's. */
  readonly #offset: number;
  /** Its duration is not known yet. */
  #held: Sample | undefined;

  constructor(kind: "video" | "audio", timescale: number, ahead: number, offset: number) {
    this.kind = kind;
    this.timescale = timescale;
    this.#ahead = ahead;
    this.#offset = offset;
  }

  /** Seconds on the channel's clock of the newest sample. */
  get time(): number {
    return this.#held === undefined ? -Infinity : this.shown(this.#held);
  }

  /** Seconds that a sample may be before the one before it, and behind it. */
  fits({ dts }: Sample, { back, leap }: { readonly back: number; readonly leap: number }): boolean {
    if (this.#held === undefined) return true;
    const step = dts + this.#offset - this.#held.dts;
    return step > -back * this.timescale && step <= leap * this.timescale;
  }

  /** Returns the sample before, now that its duration is known. One that is not behind it is left out. */
  add(sample: Sample): Sample | undefined {
    const before = this.#held;
    if (before !== undefined && sample.dts + this.#offset <= before.dts) return undefined;
    this.#held = { ...sample, pts: sample.pts + this.#offset, dts: sample.dts + this.#offset };
    return before && { ...before, duration: this.#held.dts - before.dts };
  }

  finish(): Sample | undefined {
    const before = this.#held;
    this.#held = undefined;
    return before && { ...before, duration: Math.max(1, before.duration) };
  }

  /** Seconds on the channel's clock at which a sample's turn comes: in the order of decoding, which is that of showing, so much ahead. */
  shown({ dts }: Sample): number {
    return (dts + this.#ahead) / this.timescale;
  }

  shownAfter(samples: readonly Sample[]): number {
    const last = samples.at(-1);
    return last === undefined ? 0 : this.shown(last) + last.duration / this.timescale;
  }

  samples(samples: readonly Sample[]): LaneSamples {
    return { kind: this.kind, timescale: this.timescale, ahead: this.#ahead, samples };
  }
}
