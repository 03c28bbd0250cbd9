/** What a receiver says of what one sender has sent (RFC 3550 §6.4.1): 24 octets in a report, and how it is worked out. */
import { RtpError } from "./error.ts";

export interface ReportBlock {
  /** Whose packets it tells of. */
  readonly ssrc: number;
  /** How many of 256 were lost since the report before. */
  readonly fraction: number;
  /** Since it began; below 0 when more came twice than were lost. Of 24 bits. */
  readonly lost: number;
  /** The highest sequence number that came; the upper 16 bits count how often the numbers began again. */
  readonly highest: number;
  /** Of how long packets take, in ticks of their timestamps. */
  readonly jitter: number;
  /** The stamp of the sender's last report; 0: none has come. */
  readonly lastReport: number;
  /** Between that report and this one, in 65,536ths of a second. */
  readonly delay: number;
}

/** What has come of one sender since he began (§A.3). */
export interface RtpAccount {
  readonly ssrc: number;
  /** By the sequence numbers. */
  readonly expected: number;
  /** Those that came twice included. */
  readonly received: number;
  readonly highest: number;
  /** In ticks. */
  readonly jitter: number;
}

/** Octets of a block. */
export const REPORT_BLOCK = 24;
const WORD = 2 ** 32;
const MOST_LOST = 0x7f_ffff;
/** Seconds from 1900, where NTP begins (RFC 5905 §6), to 1970. */
export const NTP_1970 = 2_208_988_800;

export function formatReportBlock(block: ReportBlock): Uint8Array {
  const octets = new Uint8Array(REPORT_BLOCK);
  const view = new DataView(octets.buffer);
  // §6.4.1: too many either way are told as the most that 24 bits hold.
  const lost = Math.min(Math.max(block.lost, -MOST_LOST - 1), MOST_LOST);
  view.setUint32(0, block.ssrc);
  view.setUint32(4, lost & 0xff_ffff);
  view.setUint8(4, Math.min(255, block.fraction));
  view.setUint32(8, block.highest % WORD);
  view.setUint32(12, Math.min(Math.floor(block.jitter), WORD - 1));
  view.setUint32(16, block.lastReport);
  view.setUint32(20, Math.min(Math.floor(block.delay), WORD - 1));
  return octets;
}

/** `octets`: whole blocks. Throws {@link RtpError} where fewer than `count` are there. */
export function readBlocks(octets: Uint8Array, count: number): ReportBlock[] {
  if (octets.length < count * REPORT_BLOCK)
    throw new RtpError("RTP_REPORT", "a report of more senders than fit in it");
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return Array.from({ length: count }, (_, i) => {
    const at = i * REPORT_BLOCK;
    return {
      ssrc: view.getUint32(at),
      fraction: view.getUint8(at + 4),
      lost: (view.getUint32(at + 4) << 8) >> 8,
      highest: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastReport: view.getUint32(at + 16),
      delay: view.getUint32(at + 20),
    };
  });
}

/** By which a receiver names a report sent at `time` (milliseconds since 1970): the middle of its NTP time. */
export function ntpStamp(time: number): number {
  return Math.floor((time / 1000 + NTP_1970) * 0x1_0000) % WORD;
}

/** Milliseconds there and back (§6.4.1), for a block that came at `now`. Undefined: it cannot be known, or not be. */
export function roundTripOf({ lastReport, delay }: ReportBlock, now: number): number | undefined {
  if (lastReport === 0) return undefined;
  const units = (ntpStamp(now) - lastReport - delay) | 0;
  // Two clocks do not round alike.
  return units < -64 ? undefined : (Math.max(0, units) * 1000) / 0x1_0000;
}

/** Makes the blocks of a receiver: each tells what was lost since the one before. */
export class RtpReporter {
  #before: { readonly ssrc: number; readonly expected: number; readonly received: number } | undefined;
  #heard: { readonly ssrc: number; readonly stamp: number; readonly at: number } | undefined;

  /** A sender's report came at `now`: milliseconds, monotonic. */
  heard(ssrc: number, stamp: number, now: number): void {
    this.#heard = { ssrc, stamp, at: now };
  }

  block({ ssrc, expected, received, highest, jitter }: RtpAccount, now: number): ReportBlock {
    const before = this.#before?.ssrc === ssrc ? this.#before : { expected: 0, received: 0 };
    this.#before = { ssrc, expected, received };
    const due = expected - before.expected;
    const missing = due - (received - before.received);
    const heard = this.#heard?.ssrc === ssrc ? this.#heard : undefined;
    return {
      ssrc,
      // §A.3: none where more came than were due.
      fraction: due <= 0 || missing <= 0 ? 0 : Math.floor((missing * 256) / due),
      lost: expected - received,
      highest,
      jitter,
      lastReport: heard?.stamp ?? 0,
      delay: heard === undefined ? 0 : ((now - heard.at) * 0x1_0000) / 1000,
    };
  }
}
