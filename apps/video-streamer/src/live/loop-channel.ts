/** A channel: what is on the air now, what was, and who waits for what comes. All by the clock; nothing is prepared. */
import { initSection } from "@socketscope/media";
import { FileCache } from "@socketscope/web";
import type { FilmShelf } from "../films/shelf.ts";
import type { AirSegment, Loop } from "./loop.ts";
import { cutParts, type MadeSegment } from "./parts.ts";
import { openRenditions, samplesOf, type ChannelRendition, type OpenRendition } from "./source.ts";

export interface ChannelOptions {
  readonly name: string;
  readonly renditions: readonly ChannelRendition[];
  readonly shelf: FilmShelf;
  /** Seconds of a part. */
  readonly part: number;
  readonly clock?: ChannelClock;
  readonly limits?: Partial<ChannelLimits>;
}

/** Time, as a channel goes by it. */
export interface ChannelClock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /** Calls `then` after `ms`; returns how to call it off. */
  after(ms: number, then: () => void): () => void;
}

export const SYSTEM_CLOCK: ChannelClock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

export interface ChannelLimits {
  /** Segments in the playlist. Default 6 (RFC 8216 §6.2.2: at least three target durations). */
  readonly window: number;
  /** Segments that can still be had after they left it. Default 6 (RFC 8216 §6.2.2). */
  readonly kept: number;
  /** Octets of segments in memory. Default 32 MiB. */
  readonly octets: number;
}

export const CHANNEL_LIMITS: ChannelLimits = { window: 6, kept: 6, octets: 32 * 1024 * 1024 };

/** Which lanes go into a fragment: HLS has them apart, an endless file together. */
export type Lanes = "video" | "audio" | "both";

interface Kept {
  readonly octets: number;
  readonly made: MadeSegment;
}

export class Channel {
  readonly name: string;
  readonly part: number;
  readonly limits: ChannelLimits;
  readonly clock: ChannelClock;
  readonly loop: Loop;
  readonly renditions: readonly OpenRendition[];
  /** Milliseconds since 1970 at which segment 0 began. */
  readonly epoch: number;
  readonly #shelf: FilmShelf;
  readonly #kept: FileCache<Kept>;
  readonly #making = new Map<string, Promise<MadeSegment>>();

  private constructor(options: ChannelOptions, loop: Loop, renditions: readonly OpenRendition[]) {
    const { name, part, shelf, clock = SYSTEM_CLOCK } = options;
    this.name = name;
    this.part = part;
    this.clock = clock;
    this.limits = { ...CHANNEL_LIMITS, ...options.limits };
    this.loop = loop;
    this.renditions = renditions;
    this.#shelf = shelf;
    this.#kept = new FileCache({ octets: this.limits.octets, entries: 4096 });
    // It has been on the air for one turn, so that who tunes in first finds a window that is full.
    const turns = Math.ceil((this.limits.window + 1) / loop.size);
    this.epoch = Math.floor(clock.now()) - Math.ceil(turns * loop.length * 1000);
  }

  /** Throws FilmError when its films cannot be read. */
  static async open(options: ChannelOptions): Promise<Channel> {
    const { loop, renditions } = await openRenditions(options.shelf, options.renditions);
    return new Channel(options, loop, renditions);
  }

  /** Seconds since segment 0 began. */
  get time(): number {
    return (this.clock.now() - this.epoch) / 1000;
  }

  /** The segment that is being made. */
  get current(): AirSegment {
    return this.loop.segment(this.loop.at(this.time));
  }

  /** The oldest segment in the playlist, and the oldest that can still be had. */
  get oldest(): { listed: number; kept: number } {
    const listed = Math.max(0, this.current.number - this.limits.window);
    return { listed, kept: Math.max(0, listed - this.limits.kept) };
  }

  /** What decoding of that film of the rendition must know first. */
  init({ films }: OpenRendition, film: number, lanes: Lanes): Uint8Array | undefined {
    const tracks = films[film]?.tracks;
    if (tracks === undefined) return undefined;
    const wanted = (lanes === "both" ? (["video", "audio"] as const) : [lanes]).flatMap(
      (kind) => tracks[kind] ?? [],
    );
    return wanted.length === 0 ? undefined : initSection(wanted);
  }

  /** All parts of a segment, also those that are not on the air yet. Throws FilmError. */
  async made(rendition: OpenRendition, number: number, lanes: Lanes): Promise<MadeSegment> {
    const name = `${rendition.label}\0${lanes}\0${number}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept.made;
    const before = this.#making.get(name);
    if (before !== undefined) return before;
    const making = this.#make(rendition, number, lanes);
    this.#making.set(name, making);
    try {
      const made = await making;
      this.#kept.set(name, { octets: made.octets, made });
      return made;
    } finally {
      this.#making.delete(name);
    }
  }

  /** Resolves to true when the channel's clock shows `seconds`; to false when `gone` is said before. */
  until(seconds: number, gone: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let off = (): void => undefined;
      const leave = (): void => {
        off();
        resolve(false);
      };
      const look = (): void => {
        const left = Math.ceil(this.epoch + seconds * 1000 - this.clock.now());
        if (left > 0) {
          off = this.clock.after(left, look);
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

  async #make(rendition: OpenRendition, number: number, lanes: Lanes): Promise<MadeSegment> {
    const segment = this.loop.segment(number);
    const samples = await samplesOf(
      this.#shelf,
      rendition,
      segment,
      lanes === "both" ? ["video", "audio"] : [lanes],
    );
    return cutParts(samples, { number, start: segment.airStart, duration: segment.duration }, this.part);
  }
}
