/**
 * A channel that a publisher feeds. What comes in bursts goes out evenly: a part is on the air at its own time behind
 * the latest that one of this publisher came, so that players never wait for the next burst. Who stops and comes back
 * goes on in the same numbers, behind a discontinuity.
 */
import type { Sample } from "@socketscope/media";
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
  type LaneTracks,
  type OnAir,
} from "./channel.ts";
import { Cutter, type CutPart, type CutterLimits } from "./cutter.ts";
import { FedWindow, type AirPart } from "./fed-window.ts";
import type { MadePart } from "./parts.ts";

export interface FedChannelLimits extends ChannelLimits, CutterLimits {
  /** Seconds that the publisher may be ahead of the air before it is held back. Default 4. */
  readonly ahead: number;
  /** Seconds that a request waits for what does not come (rfc8216bis §6.2.5.2: three target durations). Default 12. */
  readonly hold: number;
  /** Seconds without publisher after which the channel ends. Default 30. */
  readonly absent: number;
}

export const FED_LIMITS: FedChannelLimits = {
  ...CHANNEL_LIMITS,
  octets: 64 * 1024 * 1024,
  segment: 2,
  leap: 10,
  late: 1,
  overlap: 0.5,
  ahead: 4,
  hold: 12,
  absent: 30,
};

export interface FedChannelOptions {
  readonly name: string;
  /** Seconds of a part. */
  readonly part: number;
  readonly clock?: ChannelClock | undefined;
  readonly limits?: Partial<FedChannelLimits>;
  /** It has ended, and nobody needs it any more. */
  readonly onEnd: () => void;
}

export class FedChannel implements Channel {
  readonly name: string;
  readonly tag: string;
  readonly part: number;
  readonly renditions: readonly AirRendition[];
  readonly #clock: ChannelClock;
  readonly #limits: FedChannelLimits;
  readonly #onEnd: () => void;
  readonly #window: FedWindow;
  /** Cut, and not on the air yet. */
  readonly #queue: AirPart[] = [];
  readonly #waiters = new Set<() => void>();
  #cutter: Cutter | undefined;
  /** Milliseconds since 1970 at which second 0 of the channel's clock is on the air. */
  #anchor = -Infinity;
  #film = 0;
  /** The next part is the first of a publication. */
  #begins = true;
  #timer: (() => void) | undefined;
  #absence: (() => void) | undefined;
  #ended = false;

  constructor({ name, part, clock = SYSTEM_CLOCK, limits, onEnd }: FedChannelOptions) {
    this.name = name;
    this.part = part;
    this.#clock = clock;
    this.#limits = { ...FED_LIMITS, ...limits };
    this.#onEnd = onEnd;
    this.tag = Math.floor(clock.now()).toString(36);
    const window = new FedWindow(this.#limits);
    this.#window = window;
    this.renditions = [
      {
        label: "live",
        rates: window.rates,
        get tracks() {
          return [window.tracks()].filter((tracks) => tracks !== undefined);
        },
        get frameRate() {
          return window.frameRate;
        },
      },
    ];
  }

  // ── the publisher's side
  /** From the key picture (or sound where there is nothing else) `first` on, which is to be added then. */
  begin(tracks: LaneTracks, first: Sample): void {
    const start = this.#cutter?.end ?? 0;
    this.#absence?.();
    this.#absence = undefined;
    this.#cutter = new Cutter({ tracks, start, part: this.part, limits: this.#limits }, first);
    this.#anchor = -Infinity;
    this.#begins = true;
    this.#film = this.#window.film(this.#cutter.tracks);
  }

  /** False when its time does not follow what came before: begin again. */
  fits(kind: "video" | "audio", sample: Sample): boolean {
    return this.#cutter?.fits(kind, sample) === true;
  }

  add(kind: "video" | "audio", sample: Sample): CutPart[] {
    const parts = this.#cutter?.add(kind, sample) ?? [];
    for (const part of parts) this.#enqueue(part);
    return parts;
  }

  /** The publisher has stopped. It may come back. */
  pause(): CutPart[] {
    const parts = this.#cutter?.finish() ?? [];
    for (const part of parts) this.#enqueue(part);
    this.#absence?.();
    this.#absence = this.#clock.after(this.#limits.absent * 1000, () => this.#end());
    return parts;
  }

  /** Of what is sent now, with what is known of them since it began. */
  get tracks(): LaneTracks | undefined {
    return this.#cutter?.tracks;
  }

  /** Seconds since the last key picture that a segment began with. */
  get sinceCut(): number {
    return this.#cutter?.sinceCut ?? 0;
  }

  /** A promise for when the publisher is no further ahead of the air than it may be; undefined: it is not now. */
  held(): Promise<void> | undefined {
    return this.#tooFar() > 0 ? this.#caughtUp() : undefined;
  }

  async #caughtUp(): Promise<void> {
    for (let ms = this.#tooFar(); ms > 0; ms = this.#tooFar())
      await new Promise<void>((resolve) => this.#clock.after(ms, resolve));
  }

  /** Milliseconds. */
  #tooFar(): number {
    const last = this.#queue.at(-1);
    return last === undefined
      ? 0
      : Math.ceil(releaseOf(last) - this.#clock.now() - 1000 * this.#limits.ahead);
  }

  // ── the viewers' side
  get ended(): boolean {
    return this.#ended;
  }

  get targetDuration(): number {
    return this.#window.targetDuration;
  }

  get current(): number {
    return this.#window.current;
  }

  get oldest(): { listed: number; kept: number } {
    return this.#window.oldest;
  }

  segment(number: number): OnAir | undefined {
    return this.#window.find(number);
  }

  init(_rendition: AirRendition, film: number, lanes: Lanes): Beginning | undefined {
    const tracks = this.#window.tracks(film);
    const octets = tracks && initOf(tracks, lanes);
    return octets && { octets, tag: `${this.tag}-${film}` };
  }

  parts(_rendition: AirRendition, number: number, lanes: Lanes): Promise<readonly MadePart[]> {
    return Promise.resolve(this.#window.made(number, lanes));
  }

  hasPart(_rendition: AirRendition, number: number, index: number, lanes: Lanes): Promise<boolean> {
    return Promise.resolve(
      index < this.#window.made(number, lanes).length || this.#window.find(number)?.whole !== true,
    );
  }

  async awaitPart(
    _rendition: AirRendition,
    number: number,
    index: number,
    lanes: Lanes,
    gone: AbortSignal,
  ): Promise<MadePart | undefined> {
    let part: MadePart | undefined;
    await this.#until(gone, () => {
      part = this.#window.made(number, lanes)[index];
      return part !== undefined || this.#window.find(number)?.whole === true || number < this.oldest.kept;
    });
    return part;
  }

  awaitSegment(number: number, gone: AbortSignal): Promise<boolean> {
    return this.#until(gone, () => number < this.current);
  }

  // ── between them
  #enqueue(part: CutPart): void {
    const now = this.#clock.now();
    this.#anchor = Math.max(this.#anchor, now - (part.start + part.duration) * 1000);
    this.#queue.push({
      part,
      film: this.#film,
      discontinuity: this.#begins && (!this.#window.empty || this.#queue.length > 0),
      at: this.#anchor + part.start * 1000,
    });
    this.#begins = false;
    this.#release();
  }

  #release(): void {
    this.#timer?.();
    this.#timer = undefined;
    for (;;) {
      const [first] = this.#queue;
      if (first === undefined) break;
      const left = Math.ceil(releaseOf(first) - this.#clock.now());
      if (left > 0) {
        this.#timer = this.#clock.after(left, () => this.#release());
        break;
      }
      this.#queue.shift();
      this.#window.air(first);
    }
    this.#wake();
  }

  /** False when `gone` is said, the channel has ended, or it takes too long. */
  #until(gone: AbortSignal, holds: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (answer: boolean): void => {
        this.#waiters.delete(look);
        gone.removeEventListener("abort", leave);
        off();
        resolve(answer);
      };
      const leave = (): void => finish(false);
      const look = (): void => {
        if (holds()) finish(true);
        else if (gone.aborted || this.#ended) finish(false);
      };
      const off = this.#clock.after(this.#limits.hold * 1000, leave);
      gone.addEventListener("abort", leave);
      this.#waiters.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of this.#waiters) look();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
    // Who watches is to read that it has ended.
    this.#absence = this.#clock.after(this.#limits.absent * 1000, this.#onEnd);
  }

  /** Also without waiting for the publisher: the program stops. */
  close(): void {
    this.#timer?.();
    this.#absence?.();
    this.#ended = true;
    this.#wake();
  }
}

/** A part is on the air when its last sample is. */
function releaseOf({ part, at }: AirPart): number {
  return at + part.duration * 1000;
}
