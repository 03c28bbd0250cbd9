/**
 * A player without a picture: what has come, what would have been shown by now, and when it would have stood still.
 * Pure arithmetic on a clock that is handed in.
 */

export interface PlaybackLimits {
  /** Seconds of film that must be there before it starts, and goes on after a stall. Default 0.5. */
  readonly start: number;
}

/** How a player does, in one moment. */
export interface Reading {
  /** Seconds since it began to fetch. */
  readonly time: number;
  /** Octets that have come. */
  readonly octets: number;
  /** Bits a second, since the reading before. */
  readonly rate: number;
  /** Seconds that are there and not shown; undefined where times are not known. */
  readonly buffer: number | undefined;
  readonly stalls: number;
  /** Seconds it stood still, the one that goes on included. */
  readonly stalled: number;
  /** Seconds between when it happened and when it is shown; undefined where nobody says when that was. */
  readonly latency: number | undefined;
  /** Which of several sizes is fetched, and how often that has changed; undefined where there is one. */
  readonly rendition: string | undefined;
  readonly changes: number;
}

export class Playback {
  readonly #limits: PlaybackLimits;
  readonly #begun: number;
  #state: "starting" | "playing" | "stalled" | "ended" = "starting";
  #octets = 0;
  /** Seconds of film that have come, and that have been shown until `#since`. */
  #come = 0;
  #shown = 0;
  #since = 0;
  #stalls = 0;
  #stalled = 0;
  #timed = false;
  /** Where film stands on the wall clock: the last that was said. Milliseconds since 1970, and seconds of film. */
  #dated: { readonly wall: number; readonly film: number } | undefined;
  #last: { readonly time: number; readonly octets: number };
  #rendition: string | undefined;
  #changes = 0;

  /** `now`: milliseconds, as in every method. */
  constructor(now: number, limits: Partial<PlaybackLimits> = {}) {
    this.#limits = { start: 0.5, ...limits };
    this.#begun = now;
    this.#since = now;
    this.#last = { time: now, octets: 0 };
  }

  get octets(): number {
    return this.#octets;
  }

  get stalls(): number {
    return this.#stalls;
  }

  /** It has begun to play. */
  get started(): boolean {
    return this.#state !== "starting";
  }

  /** What is fetched from now on. */
  shows(rendition: string): void {
    if (this.#rendition !== undefined && rendition !== this.#rendition) this.#changes++;
    this.#rendition = rendition;
  }

  came(octets: number): void {
    this.#octets += octets;
  }

  /** `seconds` of film are whole; `wall`: when their first picture was taken, in milliseconds since 1970. */
  film(seconds: number, now: number, wall?: number): void {
    this.#advance(now);
    this.#timed = true;
    if (wall !== undefined) this.#dated = { wall, film: this.#come };
    this.#come += seconds;
    this.#startIf(now, this.#limits.start);
  }

  /** Before it starts: so many seconds of what comes first are fetched for the decoder's sake, and not shown. */
  skip(seconds: number): void {
    this.#shown += seconds;
  }

  /** Nothing more will come: what is there is played, and an empty buffer is the end and no stall. */
  end(now: number): void {
    this.#advance(now);
    this.#startIf(now, 0);
    this.#state = "ended";
  }

  /** Seconds that are there and not shown. */
  buffer(now: number): number {
    this.#advance(now);
    return Math.max(0, this.#come - this.#shown);
  }

  reading(now: number, wall: number): Reading {
    this.#advance(now);
    const seconds = Math.max(0.001, (now - this.#last.time) / 1000);
    const rate = Math.round((8 * (this.#octets - this.#last.octets)) / seconds);
    this.#last = { time: now, octets: this.#octets };
    const dated = this.#dated;
    const shownAt = dated === undefined ? undefined : dated.wall + (this.#shown - dated.film) * 1000;
    return {
      time: rounded((now - this.#begun) / 1000),
      octets: this.#octets,
      rate,
      buffer: this.#timed ? rounded(Math.max(0, this.#come - this.#shown)) : undefined,
      stalls: this.#stalls,
      stalled: rounded(this.#stalled),
      latency: shownAt === undefined || !this.started ? undefined : rounded((wall - shownAt) / 1000),
      rendition: this.#rendition,
      changes: this.#changes,
    };
  }

  #startIf(now: number, least: number): void {
    if (this.#state !== "starting" && this.#state !== "stalled") return;
    if (this.#come - this.#shown < least || this.#come === 0) return;
    this.#state = "playing";
    this.#since = now;
  }

  /** Up to `now`. */
  #advance(now: number): void {
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    if (this.#state === "stalled") this.#stalled += seconds;
    if (this.#state !== "playing" && this.#state !== "ended") return;
    const left = this.#come - this.#shown;
    this.#shown += Math.min(left, seconds);
    if (seconds <= left || this.#state === "ended") return;
    this.#state = "stalled";
    this.#stalls++;
    this.#stalled += seconds - left;
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
