/** One stream of MPEG-TS over RTP (RFC 2250 §2): counts, stamps, and reports what it has sent (RFC 3550 §6.4.1). */
import { formatRtp, RTP_MP2T } from "./packet.ts";
import { formatBye, formatSenderReport } from "./rtcp.ts";

export interface RtpSenderOptions {
  /** Of 32 bits, at random: RFC 3550 §5.1, so that two senders are told apart. */
  readonly ssrc: number;
  /** Of the first packet: at random (§5.1). */
  readonly sequence: number;
  /** Added to all timestamps: at random (§5.1). */
  readonly timestamp: number;
  /** RFC 7022 §4.2: the same as long as the program runs. */
  readonly cname: string;
}

/** Ticks a second of an RTP timestamp of MPEG-TS (RFC 3551 §6). */
const RATE = 90_000;

export class RtpSender {
  readonly #options: RtpSenderOptions;
  #sequence: number;
  #packets = 0;
  #octets = 0;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
    this.#sequence = options.sequence % 0x1_0000;
  }

  /** `payload`: whole TS packets; `time`: when the first is due, in seconds. `leaps`: that time does not go on from the one before. */
  packet(payload: Uint8Array, time: number, leaps: boolean): Uint8Array[] {
    const header = formatRtp({
      marker: leaps,
      payloadType: RTP_MP2T,
      sequence: this.#sequence,
      timestamp: this.#timestamp(time),
      ssrc: this.#options.ssrc,
    });
    this.#sequence = (this.#sequence + 1) % 0x1_0000;
    this.#packets++;
    this.#octets += payload.length;
    return [header, payload];
  }

  /** `now`: milliseconds since 1970, and `time`: the same moment in the seconds of {@link packet}. */
  report(now: number, time: number): Uint8Array {
    const { ssrc, cname } = this.#options;
    const counts = { packets: this.#packets, octets: this.#octets };
    return formatSenderReport({ ssrc, time: now, timestamp: this.#timestamp(time), ...counts }, cname);
  }

  bye(): Uint8Array {
    return formatBye(this.#options.ssrc, this.#options.cname);
  }

  #timestamp(time: number): number {
    const ticks = (Math.round(time * RATE) + this.#options.timestamp) % 2 ** 32;
    return ticks < 0 ? ticks + 2 ** 32 : ticks;
  }
}
