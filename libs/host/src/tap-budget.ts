/**
 * How much of what is said a tap carries: so much a second, more for a moment, and of the rest the first octets or the
 * count alone. Who says little is heard beside who says much.
 */

export interface TapBudgetLimits {
  /** Chunks (one read, one write, one datagram) a second in the long run. Default 2,000. */
  readonly chunksPerSecond: number;
  /** Chunks at once after a time of quiet: a page with all that it loads. Default 1,000. */
  readonly chunksAtOnce: number;
  /** Octets a second in the long run. Default 4 MiB. */
  readonly octetsPerSecond: number;
  /** Octets at once after a time of quiet. Default 4 MiB. */
  readonly octetsAtOnce: number;
  /** Octets carried of a chunk that begins a turn of the talk when the octets are used up: its head. Default 4 KiB. */
  readonly head: number;
  /** Octets of a chunk up to which it is carried whole all the same: "226 Done" behind "150 Here". Default 512. */
  readonly small: number;
  /** What is left of the rates while the program has hardly time for anything else. Default a twentieth. */
  readonly busyShare: number;
  /** Flows that are carried on with, once not all can be: whole talks of few tell more than a word of each. Default 4. */
  readonly flows: number;
}

/** From the one figure that users set: a chunk is worth 2 KiB. */
export function tapBudgetOf(chunksPerSecond: number): TapBudgetLimits {
  return {
    chunksPerSecond,
    chunksAtOnce: chunksPerSecond / 2,
    octetsPerSecond: chunksPerSecond * 2 * 1024,
    octetsAtOnce: chunksPerSecond * 2 * 1024,
    head: 4096,
    small: 512,
    busyShare: 0.05,
    flows: 4,
  };
}

/** What users are given who set nothing. */
export const CHUNKS_PER_SECOND = 2000;

/** Chunks a second with which a flow still counts as quiet, and how many it may say, or be behind, at once. */
const QUIET_PER_SECOND = 20;
const QUIET_AT_ONCE = 40;
/** Chunks of one turn after which a flow need not begin another to be carried again: a stream has one turn for ever. */
const LONG_TURN = 50;

/** How quiet one flow is. */
export class FlowPace {
  /** What is in it is told by a flow of its own, as SFTP's in SSH: its own octets are carried while there is plenty. */
  toldWithin = false;
  /** In which it was chosen last. */
  round = 0;
  /** Chunks since it could not be chosen, as none of them began a turn. */
  waits = 0;
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
  readonly #small: number;
  readonly #flows: number;
  /** In which something was chosen last, and how many flows were. */
  #round = 0;
  #chosen = 0;

  constructor(limits: TapBudgetLimits) {
    this.#chunks = new Bucket(limits.chunksPerSecond, limits.chunksAtOnce, limits.busyShare);
    this.#octets = new Bucket(limits.octetsPerSecond, limits.octetsAtOnce, limits.busyShare);
    this.#head = limits.head;
    this.#small = limits.small;
    this.#flows = limits.flows;
  }

  /** Whether the program has much to do: what is left for the tap then is less. */
  set busy(is: boolean) {
    this.#chunks.busy = is;
    this.#octets.busy = is;
  }

  /** Octets carried, from the first on, of a chunk of `length`. `begins`: the other side spoke before it. */
  carries(pace: FlowPace, length: number, begins: boolean, at: number): number {
    const quiet = pace.isQuiet(at);
    this.#chunks.refill(at);
    this.#octets.refill(at);
    if (pace.toldWithin && !(this.#chunks.isPlenty && this.#octets.isPlenty)) return 0;
    if (!this.#chunks.grants(1, quiet) || (!quiet && !this.#isChosen(pace, begins))) return 0;
    const whole = this.#octets.grants(length, quiet);
    const carried = whole || length <= this.#small ? length : begins ? Math.min(length, this.#head) : 0;
    if (carried === 0) return 0;
    this.#chunks.take(1);
    this.#octets.take(carried);
    return carried;
  }

  /** All are, until the chunks were used up; from then on the first few that begin a turn each time there are some again. */
  #isChosen(pace: FlowPace, begins: boolean): boolean {
    const { round } = this.#chunks;
    if (round === undefined || pace.round === round) return true;
    if (this.#round !== round) this.#chosen = 0;
    this.#round = round;
    pace.waits = begins ? 0 : pace.waits + 1;
    if ((!begins && pace.waits < LONG_TURN) || this.#chosen === this.#flows) return false;
    this.#chosen += 1;
    pace.round = round;
    return true;
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
 * quarter of a second, for a second while the program is busy: what is carried then lies in one piece, and is no gap behind
 * every chunk.
 */
class Bucket {
  busy = false;
  readonly #perSecond: number;
  readonly #most: number;
  readonly #reserve: number;
  readonly #busyShare: number;
  #level: number;
  #at = 0;
  #open = true;
  #rounds = 0;
  #wasFull = true;

  constructor(perSecond: number, most: number, busyShare: number) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#reserve = most / 4;
    this.#busyShare = busyShare;
    this.#level = most;
  }

  /** From one time that it is used up to the next; undefined: it was full, and is not used up since. */
  get round(): number | undefined {
    return this.#wasFull ? undefined : this.#rounds;
  }

  /** More than half is left. */
  get isPlenty(): boolean {
    return this.#open && this.#level * 2 > this.#most;
  }

  refill(at: number): void {
    const perSecond = this.#perSecond * (this.busy ? this.#busyShare : 1);
    this.#level = Math.min(this.#most, this.#level + ((at - this.#at) / 1000) * perSecond);
    this.#at = at;
    const piece = perSecond / (this.busy ? 1 : 4);
    if (!this.#open) this.#open = this.#level >= Math.min(this.#most, this.#reserve + piece);
    if (this.#level === this.#most) this.#wasFull = true;
  }

  grants(count: number, quiet: boolean): boolean {
    return this.#open || (quiet && this.#level >= count);
  }

  take(count: number): void {
    this.#level -= count;
    if (!this.#open || this.#level > this.#reserve) return;
    this.#open = false;
    this.#wasFull = false;
    this.#rounds += 1;
  }
}
