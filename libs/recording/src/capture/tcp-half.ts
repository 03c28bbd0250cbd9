/**
 * One direction of a TCP connection from its segments: in order, once each, whatever order they were captured in. What was
 * never captured becomes a gap, once nothing speaks for it any more.
 */

export interface HalfLimits {
  /** Octets that wait for what is missing before them. Default 1 MiB. */
  readonly maxWaiting: number;
  /** Segments that come while something is missing, before it is taken for lost. Default 64. */
  readonly patience: number;
}

export const defaultHalfLimits: HalfLimits = { maxWaiting: 1024 * 1024, patience: 64 };

export type Piece = { readonly octets: Uint8Array } | { readonly gap: number };

interface Waiting {
  readonly seq: number;
  readonly octets: Uint8Array;
  /** Octets sent: what was cut off the capture is missing behind them. */
  readonly length: number;
}

export class TcpHalf {
  readonly #limits: HalfLimits;
  #next: number | undefined;
  #waiting: Waiting[] = [];
  #octets = 0;
  #patience = 0;
  /** Sequence number behind the last octet. */
  #fin: number | undefined;

  constructor(limits: HalfLimits) {
    this.#limits = limits;
  }

  /** Whether its beginning is known. */
  get begun(): boolean {
    return this.#next !== undefined;
  }
  /** All up to its FIN was seen. */
  get ended(): boolean {
    return this.#fin !== undefined && this.#next === this.#fin;
  }

  /** A SYN: the first octet has the number after it. */
  begin(seq: number): void {
    this.#next ??= (seq + 1) >>> 0;
  }

  finish(seq: number): void {
    this.#fin ??= seq >>> 0;
    this.#next ??= this.#fin;
  }

  /** What can be told now. */
  push(seq: number, octets: Uint8Array, length: number): Piece[] {
    this.#next ??= seq;
    const pieces: Piece[] = [];
    if (length > 0) this.#take({ seq, octets, length });
    this.#drain(pieces);
    this.#patience = this.#waiting.length === 0 ? 0 : this.#patience + 1;
    if (this.#octets > this.#limits.maxWaiting || this.#patience > this.#limits.patience)
      this.#giveUp(pieces);
    return pieces;
  }

  /** Nothing comes any more: what is missing was lost. */
  end(): Piece[] {
    const pieces: Piece[] = [];
    while (this.#waiting.length > 0) this.#giveUp(pieces);
    return pieces;
  }

  #take(segment: Waiting): void {
    // Too far away to be of this window: a stranger, or a number that has nothing to do with it.
    if (Math.abs(ahead(segment.seq, this.#next ?? 0)) > 2 ** 30) return;
    this.#waiting.push(segment);
    this.#octets += segment.octets.length;
    const next = this.#next ?? 0;
    this.#waiting.sort((a, b) => ahead(a.seq, next) - ahead(b.seq, next));
  }

  #drain(pieces: Piece[]): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const next = this.#next ?? 0;
      const old = -ahead(first.seq, next);
      if (old < 0) return;
      this.#waiting.shift();
      this.#octets -= first.octets.length;
      // RFC 9293 §3.10.7.4: what came before is there already; only what lies beyond is new
      if (old >= first.length) continue;
      const fresh = first.octets.subarray(Math.min(old, first.octets.length));
      if (fresh.length > 0) pieces.push({ octets: fresh });
      const cut = first.length - old - fresh.length;
      if (cut > 0) pieces.push({ gap: cut });
      this.#next = (first.seq + first.length) >>> 0;
    }
  }

  #giveUp(pieces: Piece[]): void {
    const [first] = this.#waiting;
    this.#patience = 0;
    if (first === undefined) return;
    const missing = ahead(first.seq, this.#next ?? 0);
    if (missing > 0) pieces.push({ gap: missing });
    this.#next = first.seq;
    this.#drain(pieces);
  }
}

/** How far `a` is ahead of `b`; numbers go round at 2³² (RFC 9293 §3.4). */
function ahead(a: number, b: number): number {
  return (a - b) | 0;
}
