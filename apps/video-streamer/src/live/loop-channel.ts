/** A channel that plays films in a circle. All by the clock; nothing is prepared. */
import { FileCache } from "@socketscope/web";
import type { FilmShelf } from "../films/shelf.ts";
import {
  CHANNEL_LIMITS,
  initOf,
  SYSTEM_CLOCK,
  type AirRendition,
  type Beginning,
  type Channel,
  type ChannelClock,
  type ChannelLimits,
  type Lanes,
  type OnAir,
} from "./channel.ts";
import type { AirSegment, Loop } from "./loop.ts";
import { cutParts, type MadePart, type MadeSegment } from "./parts.ts";
import { openRenditions, samplesOf, type ChannelRendition, type OpenRendition } from "./source.ts";

export interface LoopChannelOptions {
  readonly name: string;
  readonly renditions: readonly ChannelRendition[];
  readonly shelf: FilmShelf;
  /** Seconds of a part. */
  readonly part: number;
  readonly clock?: ChannelClock;
  readonly limits?: Partial<ChannelLimits>;
}

interface Kept {
  readonly octets: number;
  readonly made: MadeSegment;
}

export class LoopChannel implements Channel {
  readonly name: string;
  readonly tag: string;
  readonly part: number;
  readonly renditions: readonly AirRendition[];
  readonly ended = false;
  readonly targetDuration: number;
  readonly #open: readonly OpenRendition[];
  readonly #loop: Loop;
  readonly #clock: ChannelClock;
  readonly #limits: ChannelLimits;
  /** Milliseconds since 1970 at which segment 0 began. */
  readonly #epoch: number;
  readonly #shelf: FilmShelf;
  readonly #kept: FileCache<Kept>;
  readonly #making = new Map<string, Promise<MadeSegment>>();

  private constructor(options: LoopChannelOptions, loop: Loop, renditions: readonly OpenRendition[]) {
    const { name, part, shelf, clock = SYSTEM_CLOCK } = options;
    this.name = name;
    this.part = part;
    this.#clock = clock;
    this.#limits = { ...CHANNEL_LIMITS, ...options.limits };
    this.#loop = loop;
    this.#open = renditions;
    this.renditions = renditions;
    this.#shelf = shelf;
    this.#kept = new FileCache({ octets: this.#limits.octets, entries: 4096 });
    // It has been on the air for one turn, so that who tunes in first finds a window that is full.
    const turns = Math.ceil((this.#limits.window + 1) / loop.size);
    this.#epoch = Math.floor(clock.now()) - Math.ceil(turns * loop.length * 1000);
    this.tag = this.#epoch.toString(36);
    this.targetDuration = Math.max(
      1,
      ...Array.from({ length: loop.size }, (_value, i) => Math.round(loop.segment(i).duration)),
    );
  }

  /** Throws FilmError when its films cannot be read. */
  static async open(options: LoopChannelOptions): Promise<LoopChannel> {
    const { loop, renditions } = await openRenditions(options.shelf, options.renditions);
    return new LoopChannel(options, loop, renditions);
  }

  get current(): number {
    return this.#loop.at(this.#time);
  }

  get oldest(): { listed: number; kept: number } {
    const listed = Math.max(0, this.current - this.#limits.window);
    return { listed, kept: Math.max(0, listed - this.#limits.kept) };
  }

  /** Those of the future too: all is known. */
  segment(number: number): OnAir | undefined {
    if (number < this.oldest.kept) return undefined;
    const { film, first, discontinuities, airStart, duration } = this.#loop.segment(number);
    return {
      number,
      film,
      discontinuity: first && number > 0,
      discontinuities,
      programDateTime: Math.round(this.#epoch + airStart * 1000),
      duration,
    };
  }

  init(rendition: AirRendition, film: number, lanes: Lanes): Beginning | undefined {
    const { tracks, version } = this.#opened(rendition)?.films[film] ?? {};
    // Its parts are timed so that pictures need no edit list.
    const octets =
      tracks && initOf({ ...tracks, video: tracks.video && { ...tracks.video, ahead: 0 } }, lanes);
    return octets && version && { octets, tag: version.tag };
  }

  async parts(rendition: AirRendition, number: number, lanes: Lanes): Promise<readonly MadePart[]> {
    const { airStart } = this.#loop.segment(number);
    const { parts } = await this.#made(rendition, number, lanes);
    const time = this.#time;
    return parts.filter(({ ends }) => airStart + ends <= time);
  }

  async hasPart(rendition: AirRendition, number: number, index: number, lanes: Lanes): Promise<boolean> {
    return index < (await this.#made(rendition, number, lanes)).parts.length;
  }

  async awaitPart(
    rendition: AirRendition,
    number: number,
    index: number,
    lanes: Lanes,
    gone: AbortSignal,
  ): Promise<MadePart | undefined> {
    if (number < this.oldest.kept) return undefined;
    const part = (await this.#made(rendition, number, lanes)).parts[index];
    if (part === undefined) return undefined;
    return (await this.#until(this.#loop.segment(number).airStart + part.ends, gone)) ? part : undefined;
  }

  awaitSegment(number: number, gone: AbortSignal): Promise<boolean> {
    const { airStart, duration } = this.#loop.segment(number);
    return this.#until(airStart + duration, gone);
  }

  /** Seconds since segment 0 began. */
  get #time(): number {
    return (this.#clock.now() - this.#epoch) / 1000;
  }

  #opened(rendition: AirRendition): OpenRendition | undefined {
    return this.#open.find((one) => one === rendition);
  }

  /** All parts of a segment, also those that are not on the air yet. Throws FilmError. */
  async #made({ label }: AirRendition, number: number, lanes: Lanes): Promise<MadeSegment> {
    const name = `${label}\0${lanes}\0${number}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept.made;
    const before = this.#making.get(name);
    if (before !== undefined) return before;
    const making = this.#make(label, this.#loop.segment(number), lanes);
    this.#making.set(name, making);
    try {
      const made = await making;
      this.#kept.set(name, { octets: made.octets, made });
      return made;
    } finally {
      this.#making.delete(name);
    }
  }

  async #make(label: string, segment: AirSegment, lanes: Lanes): Promise<MadeSegment> {
    const rendition = this.#open.find((one) => one.label === label);
    if (rendition === undefined) return { parts: [], octets: 0 };
    const kinds = lanes === "both" ? (["video", "audio"] as const) : [lanes];
    const samples = await samplesOf(this.#shelf, rendition, segment, kinds);
    const { number, airStart, duration, first } = segment;
    return cutParts(samples, { number, start: airStart, duration, first }, this.part);
  }

  /** Resolves to true when the channel's clock shows `seconds`; to false when `gone` is said before. */
  #until(seconds: number, gone: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let off = (): void => undefined;
      const leave = (): void => {
        off();
        resolve(false);
      };
      const look = (): void => {
        const left = Math.ceil(this.#epoch + seconds * 1000 - this.#clock.now());
        if (left > 0) {
          off = this.#clock.after(left, look);
          return;
        }
        gone.removeEventListener("abort", leave);
        resolve(true);
      };
      if (gone.aborted) {
        resolve(false);
        return;
      }
      gone.addEventListener("abort", leave, { once: true });
      look();
    });
  }
}
