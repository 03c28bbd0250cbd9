/**
 * Who hears a channel that is sent by RTP, as far as they report it (RFC 3550 §6.4, §6.3.5). Pure, on a clock that is
 * handed in. Who reports nothing (most players of a group) is not seen here.
 */
import {
  readByes,
  readReportBlocks,
  readSourceDescriptions,
  roundTripOf,
  RtpError,
  SDES_ITEMS,
} from "@socketscope/media";
import type { Address } from "@socketscope/socket-core";

export interface AudienceLimits {
  /** Milliseconds after its last report that a receiver is believed to be there. Default 25,000: five reports (§6.3.5). */
  readonly silent: number;
  /** Receivers remembered; the longest silent is forgotten first. Default 500. */
  readonly receivers: number;
  /** Characters of a name. Default 64. */
  readonly name: number;
}

export const AUDIENCE_LIMITS: AudienceLimits = { silent: 25_000, receivers: 500, name: 64 };

/** As the page gets it. */
export interface ReceiverSeen {
  /** Where its reports come from: "127.0.0.1:5005". */
  readonly remote: string;
  /** By which it calls itself (CNAME). */
  readonly name: string;
  /** Packets that never came. */
  readonly lost: number;
  /** The share of those that were lost between its last two reports: 0 to 1. */
  readonly losing: number;
  /** Milliseconds. */
  readonly jitter: number;
  /** Milliseconds there and back; undefined: it had no report of ours yet. */
  readonly roundTrip: number | undefined;
}

interface Known extends ReceiverSeen {
  readonly at: number;
}

/** Ticks in a millisecond of MPEG-TS over RTP (RFC 2250 §2). */
const TICKS = 90;

export class Audience {
  readonly #ssrc: number;
  readonly #limits: AudienceLimits;
  /** The longest silent first. */
  readonly #receivers = new Map<number, Known>();

  /** `ssrc`: the sender's own number. */
  constructor(ssrc: number, limits: Partial<AudienceLimits> = {}) {
    this.#ssrc = ssrc;
    this.#limits = { ...AUDIENCE_LIMITS, ...limits };
  }

  /** A datagram of RTCP; what is none is nothing. `now`: milliseconds since 1970. */
  receive(octets: Uint8Array, { host, port }: Address, now: number): void {
    try {
      const names = readSourceDescriptions(octets).filter(({ type }) => type === SDES_ITEMS.CNAME);
      for (const block of readReportBlocks(octets)) {
        if (block.ssrc !== this.#ssrc) continue;
        const { from, lost, fraction, jitter } = block;
        const before = this.#receivers.get(from);
        const name = names.find(({ ssrc }) => ssrc === from)?.text ?? before?.name ?? "";
        this.#receivers.delete(from);
        this.#receivers.set(from, {
          remote: `${host.includes(":") ? `[${host}]` : host}:${port}`,
          name: name.slice(0, this.#limits.name),
          lost: Math.max(0, lost),
          losing: fraction / 256,
          jitter: jitter / TICKS,
          roundTrip: roundTripOf(block, now) ?? before?.roundTrip,
          at: now,
        });
      }
      for (const ssrc of readByes(octets)) this.#receivers.delete(ssrc);
    } catch (error) {
      if (!(error instanceof RtpError)) throw error;
    }
    this.#forget(now);
  }

  /** `now`: milliseconds since 1970. */
  list(now: number): ReceiverSeen[] {
    this.#forget(now);
    return [...this.#receivers.values()].map(({ at: _at, ...seen }) => seen);
  }

  #forget(now: number): void {
    for (const [ssrc, { at }] of this.#receivers)
      if (now - at > this.#limits.silent || this.#receivers.size > this.#limits.receivers)
        this.#receivers.delete(ssrc);
  }
}
