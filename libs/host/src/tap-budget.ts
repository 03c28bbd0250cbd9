/**
 * How much of what is said a tap carries: so much a second, more for a moment, and of the rest the first octets or the
 * count alone. Who says little is heard beside who says much.
 */

export interface TapBudgetLimits {
  /** Chunks (one read, one write, one datagram) a second in the long run. Default 2,000. */
  readonly chunksPerSecond: number;
  /** Chunks at once after a time of quiet. Default 10,000. */
  readonly chunksAtOnce: number;
  /** Octets a second in the long run. Default 16 MiB. */
  readonly octetsPerSecond: number;
  /** Octets at once after a time of quiet. Default 32 MiB. */
  readonly octetsAtOnce: number;
  /** Octets carried of a chunk that begins a turn of the talk when the octets are used up: its head. Default 4 KiB. */
  readonly head: number;
}

/** From the one figure that users set: a chunk is worth 8 KiB. */
export function tapBudgetOf(chunksPerSecond: number): TapBudgetLimits {
  return {
    chunksPerSecond,
    chunksAtOnce: chunksPerSecond * 5,
    octetsPerSecond: chunksPerSecond * 8 * 1024,
    octetsAtOnce: chunksPerSecond * 16 * 1024,
    head: 4096,
  };
}

/** What users are given who set nothing. */
export const CHUNKS_PER_SECOND = 2000;

/** Chunks a second with which a flow still counts as quiet, and how many it may say, or be behind, at once. */
const QUIET_PER_SECOND = 20;
const QUIET_AT_ONCE = 40;

/** How quiet one flow is. */
export class FlowPace {
  #level = QUIET_AT_ONCE;
  #at = 0;

  /** One more chunk of it at `at` (milliseconds): true where it says little. */
  isQuiet(at: number): boolean {
    const grown = this.#level + ((at - this.#at) / 1000) * QUIET_PER_SECOND;
    this.#at = at;
    this.#level = Math.max(-QUIET_AT_ONCE, Math.min(QUIET_AT_ONCE, grown) - 1);
    return this.#level >= 0;
  }
}

export class TapBudget {
  readonly #chunks: Bucket;
  readonly #octets: Bucket;
  readonly #head: number;

  constructor(limits: TapBudgetLimits) {
    this.#chunks = new Bucket(limits.chunksPerSecond, limits.chunksAtOnce);
    this.#octets = new Bucket(limits.octetsPerSecond, limits.octetsAtOnce);
    this.#head = limits.head;
  }

  /** Octets carried, from the first on, of a chunk of `length`. `begins`: the other side spoke before it. */
  carries(pace: FlowPace, length: number, begins: boolean, at: number): number {
    const quiet = pace.isQuiet(at);
    this.#chunks.refill(at);
    this.#octets.refill(at);
    if (!this.#chunks.grants(1, quiet)) return 0;
    const whole = this.#octets.grants(length, quiet);
    const carried = whole ? length : begins ? Math.min(length, this.#head) : 0;
    if (carried === 0) return 0;
    this.#chunks.take(1);
    this.#octets.take(carried);
    return carried;
  }

  /** What is no chunk, such as the name of a flow. */
  carriesEvent(at: number): boolean {
    this.#chunks.refill(at);
    if (!this.#chunks.grants(1, true)) return false;
    this.#chunks.take(1);
    return true;
  }
}

/**
 * Fills up steadily. A quarter is for the quiet; once it is down to that, the others wait until there is enough for a
 * quarter of a second: what is carried then lies in one piece, and is no gap behind every chunk.
 */
class Bucket {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #reserve: number;
  #level: number;
  #at = 0;
  #open = true;

  constructor(perSecond: number, most: number) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#reserve = most / 4;
    this.#level = most;
  }

  refill(at: number): void {
    this.#level = Math.min(this.#most, this.#level + ((at - this.#at) / 1000) * this.#perSecond);
    this.#at = at;
    if (!this.#open) this.#open = this.#level >= Math.min(this.#most, this.#reserve + this.#perSecond / 4);
  }

  grants(count: number, quiet: boolean): boolean {
    return this.#open || (quiet && this.#level >= count);
  }

  take(count: number): void {
    this.#level -= count;
    if (this.#level <= this.#reserve) this.#open = false;
  }
}
