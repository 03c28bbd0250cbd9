/**
 * A film, or several one after the other, played in a circle on the clock: which segment of which turn is on the air
 * when. Pure arithmetic: nothing is read here, and no error adds up, because every turn begins at a whole multiple of
 * the circle's length.
 */

/** One segment of the circle, as its film has it. */
export interface LoopSegment {
  /** Of the films of the circle, counted from 0. */
  readonly film: number;
  /** Of that film's segments. */
  readonly index: number;
  /** Seconds from the circle's beginning. */
  readonly start: number;
  readonly duration: number;
  /** It is the first of its film: times, sizes and codecs may change. */
  readonly first: boolean;
}

/** A segment on the air. */
export interface AirSegment extends LoopSegment {
  /** Counts up for ever, from 0 at the beginning of the channel. */
  readonly number: number;
  /** How often the circle had gone round before. */
  readonly turn: number;
  /** Seconds from the beginning of the channel. */
  readonly airStart: number;
  /** EXT-X-DISCONTINUITY tags from the channel's beginning up to this segment, its own included. */
  readonly discontinuities: number;
}

/** How long a film lasts, cut into what. */
export interface LoopFilm {
  /** Seconds of each segment. */
  readonly durations: readonly number[];
}

export class Loop {
  readonly #segments: readonly LoopSegment[];
  readonly #films: number;
  /** Seconds of one turn. */
  readonly length: number;

  /** At least one film with at least one segment. */
  constructor(films: readonly LoopFilm[]) {
    const segments: LoopSegment[] = [];
    let start = 0;
    for (const [film, { durations }] of films.entries()) {
      for (const [index, duration] of durations.entries()) {
        segments.push({ film, index, start, duration, first: index === 0 });
        start += duration;
      }
    }
    this.#segments = segments;
    this.#films = films.length;
    this.length = start;
  }

  /** Segments of one turn. */
  get size(): number {
    return this.#segments.length;
  }

  /** `number` from 0 on. */
  segment(number: number): AirSegment {
    const turn = Math.floor(number / this.size);
    const segment = this.#segments[number % this.size];
    if (segment === undefined) throw new RangeError(`segment ${number}`);
    return {
      ...segment,
      number,
      turn,
      // A product, not a sum: after a hundred turns it is as exact as after one.
      airStart: turn * this.length + segment.start,
      // The very first segment is no change from anything.
      discontinuities: turn * this.#films + segment.film,
    };
  }

  /** The number of the segment that is on the air `seconds` after the beginning of the channel. */
  at(seconds: number): number {
    const turn = Math.max(0, Math.floor(seconds / this.length));
    const within = seconds - turn * this.length;
    let low = 0;
    let high = this.size - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#segments[middle]?.start ?? Infinity) <= within) low = middle;
      else high = middle - 1;
    }
    return turn * this.size + low;
  }
}
