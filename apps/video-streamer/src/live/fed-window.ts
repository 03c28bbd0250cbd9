/** The segments of a channel that is fed: those in the playlist, those kept behind it, and what they weigh. */
import { fragment } from "@socketscope/media";
import { initOf, type ChannelLimits, type Lanes, type LaneTracks, type OnAir } from "./channel.ts";
import type { CutPart } from "./cutter.ts";
import type { MadePart } from "./parts.ts";

interface FedPart extends CutPart {
  readonly octets: number;
  readonly made: Map<Lanes, MadePart | undefined>;
}

export interface FedSegment extends OnAir {
  /** Seconds on the channel's clock. */
  readonly start: number;
  readonly parts: FedPart[];
  duration: number;
  whole: boolean;
}

/** A part that goes on the air. */
export interface AirPart {
  readonly part: CutPart;
  readonly film: number;
  readonly discontinuity: boolean;
  /** Milliseconds since 1970 at which its first sample was, or would have been, on the air. */
  readonly at: number;
}

/** Segments that a playlist needs to be played at all. */
const LEAST = 3;
/** Parts of a segment: their fragments are numbered within it. */
const MOST_PARTS = 1000;

export class FedWindow {
  /** Seconds, whole: it only grows. */
  targetDuration = 2;
  /** Bits a second. */
  readonly rates = { peak: 1, average: 1 };
  /** Pictures a second. */
  frameRate: number | undefined;
  readonly #limits: ChannelLimits;
  readonly #segments: FedSegment[] = [];
  /** By number: what each begins with. */
  readonly #films = new Map<number, LaneTracks>();
  #film = -1;
  #discontinuities = 0;
  #octets = 0;

  constructor(limits: ChannelLimits) {
    this.#limits = limits;
  }

  get empty(): boolean {
    return this.#segments.length === 0;
  }

  get current(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.whole ? last.number + 1 : last.number;
  }

  get oldest(): { listed: number; kept: number } {
    const kept = this.#segments[0]?.number ?? 0;
    return { listed: Math.max(kept, this.current - this.#limits.window), kept };
  }

  /** What the publisher sends from now on. Returns its number: the same as before when nothing has changed. */
  film(tracks: LaneTracks): number {
    const known = this.#films.get(this.#film);
    if (known === undefined || !same(initOf(known, "both"), initOf(tracks, "both")))
      this.#films.set(++this.#film, tracks);
    return this.#film;
  }

  tracks(film = this.#film): LaneTracks | undefined {
    return this.#films.get(film);
  }

  find(number: number): FedSegment | undefined {
    return this.#segments[number - (this.#segments[0]?.number ?? 0)];
  }

  /** Fragments are put together when somebody first asks for them; parts without that lane are none. */
  made(number: number, lanes: Lanes): MadePart[] {
    const segment = this.find(number);
    return (segment?.parts ?? []).flatMap((part, index) => {
      if (segment !== undefined && !part.made.has(lanes))
        part.made.set(lanes, madeOf(part, lanes, MOST_PARTS * number + index + 1, segment.start));
      return part.made.get(lanes) ?? [];
    });
  }

  air({ part, film, discontinuity, at }: AirPart): void {
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.whole) {
      if (discontinuity) this.#discontinuities++;
      segment = {
        number: this.current,
        film,
        start: part.start,
        discontinuity,
        discontinuities: this.#discontinuities,
        programDateTime: Math.round(at),
        parts: [],
        duration: 0,
        whole: false,
      };
      this.#segments.push(segment);
    }
    const octets = part.lanes.reduce(
      (sum, { samples }) => samples.reduce((all, { data }) => all + data.length, sum),
      0,
    );
    segment.parts.push({ ...part, octets, made: new Map() });
    segment.duration += part.duration;
    this.#octets += octets;
    if (!part.last) return;
    segment.whole = true;
    this.targetDuration = Math.max(this.targetDuration, Math.round(segment.duration));
    this.#weigh(segment);
    this.#forget();
  }

  #weigh({ parts, duration }: FedSegment): void {
    const octets = parts.reduce((sum, part) => sum + part.octets, 0);
    // RFC 8216 §4.1: a rate is that of half a target duration at least; a short end is none.
    if (duration >= this.targetDuration / 2 || this.rates.peak === 1)
      this.rates.peak = Math.max(this.rates.peak, Math.ceil((8 * octets) / Math.max(0.1, duration)));
    const all = this.#segments.reduce((sum, one) => sum + one.duration, 0);
    this.rates.average = Math.min(this.rates.peak, Math.ceil((8 * this.#octets) / Math.max(0.1, all)));
    const lanes = parts.flatMap((part) => part.lanes.filter(({ kind }) => kind === "video"));
    const pictures = lanes.reduce((sum, { samples }) => sum + samples.length, 0);
    if (pictures > 0) this.frameRate ??= Math.round((pictures / duration) * 1000) / 1000;
  }

  #forget(): void {
    const { window, kept, octets } = this.#limits;
    while (
      this.#segments.length > window + kept ||
      (this.#octets > octets && this.#segments.length > LEAST)
    ) {
      const gone = this.#segments.shift();
      this.#octets -= gone?.parts.reduce((sum, part) => sum + part.octets, 0) ?? 0;
    }
    const first = this.#segments[0]?.film ?? 0;
    for (const film of this.#films.keys()) if (film < first) this.#films.delete(film);
  }
}

function madeOf(
  { lanes, duration, start, independent }: CutPart,
  wanted: Lanes,
  sequence: number,
  segmentStart: number,
): MadePart | undefined {
  const taken = lanes.filter(({ kind }) => wanted === "both" || wanted === kind);
  const [leading] = taken;
  if (leading === undefined || leading.samples.length === 0) return undefined;
  const ticks = leading.samples.reduce((sum, sample) => sum + sample.duration, 0);
  return {
    octets: fragment(
      sequence,
      taken.map((lane, i) => ({ ...lane, track: i + 1 })),
    ),
    duration: ticks / leading.timescale,
    ends: start + duration - segmentStart,
    independent: leading.kind === "audio" || independent,
    lanes: taken,
  };
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return (
    one === other ||
    (one?.length === other?.length && one?.every((octet, i) => octet === other?.[i]) === true)
  );
}
