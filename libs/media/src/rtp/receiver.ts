/**
 * What a receiver makes of RTP packets (RFC 3550 §A.1, §A.3, §A.8): the order they were sent in, within a bound, and how
 * many are missing, late or twice, and how unevenly they come.
 */
import { RtpError } from "./error.ts";
import { scanRtp } from "./packet.ts";
import type { RtpAccount } from "./report-block.ts";

export interface RtpReceiverLimits {
  /** Packets that are held for one that is missing. Default 64: 0.4 s at 1.6 Mbit/s. */
  readonly reorder: number;
  /** Milliseconds for which they are held: a thin stream has few packets in that time. Default 300. */
  readonly wait: number;
  /** Packets by which the sequence may leap before it counts as a new one (§A.1 MAX_DROPOUT). Default 3,000. */
  readonly dropout: number;
}

export const RTP_RECEIVER_LIMITS: RtpReceiverLimits = { reorder: 64, wait: 300, dropout: 3000 };

export interface RtpStatistics {
  readonly received: number;
  /** Never came. */
  readonly lost: number;
  /** Came after what was sent behind them; those that were waited for count as nothing else. */
  readonly reordered: number;
  /** Came twice, or too late to be waited for. */
  readonly discarded: number;
  /** Of how long packets take, smoothed (§6.4.1); milliseconds. */
  readonly jitter: number;
}

export interface RtpPayload {
  readonly payload: Uint8Array;
  /** Packets before it that never came. */
  readonly lost: number;
}

interface Held {
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** When it came, in milliseconds. */
  readonly came: number;
}

export class RtpReceiver {
  readonly #limits: RtpReceiverLimits;
  readonly #rate: number;
  #ssrc: number | undefined;
  /** The next one to hand on; counts on over 2^16. */
  #next: number | undefined;
  readonly #held = new Map<number, Held>();
  #transit: number | undefined;
  /** Of the sequence that runs: its first number, its highest, which counts on over 2^16, and how many came. */
  #first = 0;
  #highest = 0;
  #count = 0;
  #statistics = { received: 0, lost: 0, reordered: 0, discarded: 0, jitter: 0 };

  /** `rate`: ticks a second of the timestamps. */
  constructor(rate: number, limits: Partial<RtpReceiverLimits> = {}) {
    this.#rate = rate;
    this.#limits = { ...RTP_RECEIVER_LIMITS, ...limits };
  }

  get statistics(): RtpStatistics {
    return this.#statistics;
  }

  /** What a report to the sender says; undefined before the first packet. */
  get account(): RtpAccount | undefined {
    if (this.#ssrc === undefined) return undefined;
    return {
      ssrc: this.#ssrc,
      expected: this.#highest - this.#first + 1,
      received: this.#count,
      highest: this.#highest,
      jitter: (this.#statistics.jitter * this.#rate) / 1000,
    };
  }

  /** `now`: milliseconds, monotonic. What can be handed on, in the order it was sent. Throws {@link RtpError}. */
  receive(datagram: Uint8Array, now: number): RtpPayload[] {
    const { sequence, timestamp, ssrc, payload } = scanRtp(datagram);
    const begun = ssrc === this.#ssrc && this.#next !== undefined;
    const step = begun ? signed(sequence - (this.#next ?? 0)) : 0;
    const handed: RtpPayload[] = [];
    if (!begun || Math.abs(step) > this.#limits.dropout) {
      handed.push(...this.flush());
      this.#ssrc = ssrc;
      this.#next = sequence;
      this.#transit = undefined;
      this.#first = sequence;
      this.#highest = sequence;
      this.#count = 0;
    }
    this.#statistics = {
      ...this.#statistics,
      received: this.#statistics.received + 1,
      jitter: this.#jitter(timestamp, now),
    };
    const at = (this.#next ?? 0) + (Math.abs(step) > this.#limits.dropout ? 0 : step);
    this.#count++;
    this.#highest = Math.max(this.#highest, at);
    if (at < (this.#next ?? 0) || this.#held.has(at)) {
      this.#statistics = { ...this.#statistics, discarded: this.#statistics.discarded + 1 };
      return handed;
    }
    const last = Math.max(...this.#held.keys(), -Infinity);
    if (at < last) this.#statistics = { ...this.#statistics, reordered: this.#statistics.reordered + 1 };
    this.#held.set(at, { sequence: at, payload: datagram.subarray(payload.from, payload.to), came: now });
    return [...handed, ...this.#take(this.#limits.reorder, now - this.#limits.wait)];
  }

  /** Nothing more comes, or it is no longer waited for. */
  flush(): RtpPayload[] {
    return this.#take(0, Infinity);
  }

  /** Missing ones are given up while more than `most` are held for them, or one that came before `since`. */
  #take(most: number, since: number): RtpPayload[] {
    const handed: RtpPayload[] = [];
    let lost = 0;
    for (;;) {
      const next = this.#next ?? 0;
      const held = this.#held.get(next);
      if (held !== undefined) {
        this.#held.delete(next);
        handed.push({ payload: held.payload, lost });
        lost = 0;
        this.#next = next + 1;
      } else if (this.#held.size > most || this.#oldest() < since) {
        const first = Math.min(...this.#held.keys());
        lost = first - next;
        this.#next = first;
        this.#statistics = { ...this.#statistics, lost: this.#statistics.lost + lost };
      } else return handed;
    }
  }

  /** When the one that is held for longest came. */
  #oldest(): number {
    for (const { came } of this.#held.values()) return came;
    return Infinity;
  }

  /** §A.8: a sixteenth of the difference at a time. Milliseconds. */
  #jitter(timestamp: number, now: number): number {
    const transit = now - (timestamp / this.#rate) * 1000;
    const before = this.#transit;
    this.#transit = transit;
    if (before === undefined) return this.#statistics.jitter;
    const wrap = (2 ** 32 / this.#rate) * 1000;
    const difference = Math.abs(transit - before);
    // The timestamps begin again after thirteen hours.
    const honest = Math.min(difference, Math.abs(difference - wrap));
    return this.#statistics.jitter + (honest - this.#statistics.jitter) / 16;
  }
}

/** Of 16 bits, forward or back, whichever is nearer. */
function signed(step: number): number {
  const rest = ((step % 0x1_0000) + 0x1_0000) % 0x1_0000;
  return rest >= 0x8000 ? rest - 0x1_0000 : rest;
}

/** Whether a datagram is RTP at all: some senders of plain MPEG-TS are met on the same port. */
export function looksLikeRtp(datagram: Uint8Array): boolean {
  try {
    scanRtp(datagram);
    return true;
  } catch (error) {
    if (error instanceof RtpError) return false;
    throw error;
  }
}
