/** Which rendition a viewer goes on with: by how fast octets came of late. Pure arithmetic; times are handed in. */
import type { Variant } from "@socketscope/media";

export interface LadderLimits {
  /**
   * Seconds of film whose octets are counted: how fast those came is how fast the next will. Default 8. A path that has
   * become slow shows in the last of them alone: what is believed is the lower of both. Default 2.
   */
  readonly looksBack: number;
  readonly glance: number;
  /** A rendition is kept as long as its peak is no more than this part of the rate. Default 0.9. */
  readonly keeps: number;
  /** A larger one is taken only when its peak is no more than this part of it. Default 0.7. */
  readonly climbs: number;
}

export const LADDER_LIMITS: LadderLimits = { looksBack: 8, glance: 2, keeps: 0.9, climbs: 0.7 };

interface Came {
  readonly octets: number;
  readonly ms: number;
  /** Of film. */
  readonly seconds: number;
}

export class Ladder {
  readonly #limits: LadderLimits;
  /** From the least to the best. */
  readonly #variants: readonly Variant[];
  #current: Variant;
  #came: Came[] = [];

  /** RFC 8216 §6.2.4: a change of the pictures must leave the sound: `variants` are of one group. */
  constructor(variants: readonly Variant[], first: Variant, limits: Partial<LadderLimits> = {}) {
    this.#limits = { ...LADDER_LIMITS, ...limits };
    this.#variants = variants.toSorted((a, b) => a.bandwidth - b.bandwidth);
    this.#current = first;
  }

  get current(): Variant {
    return this.#current;
  }

  /** A piece of so many seconds of film came, in so many milliseconds. */
  came(octets: number, ms: number, seconds: number): void {
    this.#came.push({ octets, ms, seconds });
    let kept = this.#came.reduce((sum, one) => sum + one.seconds, 0);
    while (this.#came.length > 1 && kept - (this.#came[0]?.seconds ?? 0) >= this.#limits.looksBack)
      kept -= this.#came.shift()?.seconds ?? 0;
  }

  /** Bits a second; undefined before anything has come. */
  get rate(): number | undefined {
    if (this.#came.length === 0) return undefined;
    const { looksBack, glance } = this.#limits;
    return Math.min(this.#over(looksBack), this.#over(glance));
  }

  /** Of the last so many seconds of film, and at least of the last piece. */
  #over(seconds: number): number {
    let [octets, ms, film] = [0, 0, 0];
    for (const one of this.#came.toReversed()) {
      if (film > 0 && film + one.seconds > seconds) break;
      octets += one.octets;
      ms += one.ms;
      film += one.seconds;
    }
    return (8000 * octets) / Math.max(1, ms);
  }

  /** The one to go on with, at a place where one can change over. True: it is another than before. */
  step(): boolean {
    const { rate } = this;
    if (rate === undefined) return false;
    const { keeps, climbs } = this.#limits;
    const before = this.#current;
    const most = (part: number): Variant | undefined =>
      this.#variants.findLast(({ bandwidth }) => bandwidth <= part * rate);
    const bearable = most(keeps) ?? this.#variants[0] ?? before;
    if (bearable.bandwidth < before.bandwidth) this.#current = bearable;
    else {
      const better = most(climbs);
      if (better !== undefined && better.bandwidth > before.bandwidth) this.#current = better;
    }
    return this.#current !== before;
  }
}

/** "360p"; without a size its kilobits. */
export function labelOf({ resolution, bandwidth }: Variant): string {
  return resolution === undefined ? `${Math.round(bandwidth / 1000)}k` : `${resolution.height}p`;
}
