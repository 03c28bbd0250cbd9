/**
 * What comes in datagrams: MPEG-TS by itself or within RTP (RFC 3550, RFC 2250), in the order it was sent, what is
 * missing of it, and what the sender is told of that. Pure arithmetic on a clock that is handed in.
 */
import {
  formatBye,
  formatReceiverReport,
  isTsPackets,
  looksLikeRtp,
  readByes,
  readSenderReport,
  RtpError,
  RtpReceiver,
  RtpReporter,
  scanRtp,
  type ReportBlock,
  type SenderReport,
} from "@socketscope/media";

export interface Tally {
  /** RTP packets that never came; this and the next three are undefined for MPEG-TS by itself. */
  readonly lost: number | undefined;
  /** That came after what was sent behind them. */
  readonly reordered: number | undefined;
  /** That came twice, or too late to be waited for. */
  readonly discarded: number | undefined;
  /** Milliseconds (RFC 3550 §6.4.1). */
  readonly jitter: number | undefined;
  /** Datagrams of other senders, or of nothing that is known here. */
  readonly foreign: number;
}

export interface Received {
  /** Of the transport stream. */
  readonly pieces: readonly Uint8Array[];
  /** When it was sent, in milliseconds since 1970, as the sender's reports have it. */
  readonly sent: number | undefined;
}

export interface ReceptionOptions {
  /** "udp": RTP is taken as well, as players do; "rtp": nothing else is. */
  readonly scheme: "udp" | "rtp";
  /** Only this sender's. */
  readonly source: string | undefined;
  /** By which the sender tells us from others: a number of 32 bits at random (RFC 3550 §8), and a name (RFC 7022). */
  readonly self: { readonly ssrc: number; readonly cname: string };
}

type Peer = { readonly host: string; readonly port: number };

/** What the sender said in a datagram of RTCP. */
export type Control = "report" | "bye" | "nothing";

/** Milliseconds of silence after which another sender may take the place of one who was heard. */
const TAKE_OVER = 1000;
/** RFC 2250 §2: ticks in a millisecond. */
const TICKS = 90;
const NOTHING: Received = { pieces: [], sent: undefined };

interface Sender {
  readonly from: string;
  readonly host: string;
  readonly rtp: boolean;
  last: number;
}

export class Reception {
  readonly #options: ReceptionOptions;
  /** One is listened to at a time: two streams in one make none. */
  #sender: Sender | undefined;
  #rtp: RtpReceiver | undefined;
  #ssrc: number | undefined;
  #report: SenderReport | undefined;
  readonly #reporter = new RtpReporter();
  /** Where the sender's reports came from; he reads ours there. */
  #reportsTo: Peer | undefined;
  #foreign = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** When the last datagram of a stream came, in milliseconds; undefined: none has come. */
  get heardAt(): number | undefined {
    return this.#sender?.last;
  }

  get tally(): Tally {
    const { lost, reordered, discarded, jitter } = this.#rtp?.statistics ?? {};
    return { lost, reordered, discarded, jitter, foreign: this.#foreign };
  }

  /** `now`: milliseconds, monotonic. */
  receive(octets: Uint8Array, from: Peer, now: number): Received {
    const { source } = this.#options;
    const sender = source === undefined || source === from.host ? this.#enter(octets, from, now) : undefined;
    if (sender === undefined) return this.#strange();
    sender.last = now;
    if (!sender.rtp) return { pieces: [octets], sent: undefined };
    try {
      const { ssrc, timestamp } = scanRtp(octets);
      this.#ssrc = ssrc;
      this.#rtp ??= new RtpReceiver(1000 * TICKS);
      const pieces = this.#rtp.receive(octets, now).map(({ payload }) => payload);
      return { pieces, sent: this.#sentAt(ssrc, timestamp) };
    } catch (error) {
      if (!(error instanceof RtpError)) throw error;
      return this.#strange();
    }
  }

  /** A datagram of RTCP; `now`: milliseconds, monotonic. */
  control(octets: Uint8Array, from: Peer, now: number): Control {
    // Whoever else sends reports is neither believed nor answered.
    if (this.#sender !== undefined && this.#sender.host !== from.host) return this.#unheard();
    try {
      const report = readSenderReport(octets);
      if (report !== undefined) {
        this.#report = report;
        this.#reporter.heard(report.ssrc, report.stamp, now);
        this.#reportsTo = from;
      }
      if (readByes(octets).some((ssrc) => ssrc === this.#ssrc)) return "bye";
      return report === undefined ? "nothing" : "report";
    } catch (error) {
      if (!(error instanceof RtpError)) throw error;
      return this.#unheard();
    }
  }

  /** RFC 3550 §6.4.2: what the sender is to be told, and where; undefined until he has reported himself. */
  report(now: number): { readonly to: Peer; readonly octets: Uint8Array } | undefined {
    const { ssrc, cname } = this.#options.self;
    return this.#tell(now, (blocks) => formatReceiverReport(ssrc, blocks, cname));
  }

  /** §6.3.7: the same for the last time. */
  farewell(now: number): { readonly to: Peer; readonly octets: Uint8Array } | undefined {
    const { ssrc, cname } = this.#options.self;
    return this.#tell(now, (blocks) => formatBye(ssrc, cname, blocks));
  }

  #tell(
    now: number,
    format: (blocks: readonly ReportBlock[]) => Uint8Array,
  ): { readonly to: Peer; readonly octets: Uint8Array } | undefined {
    const account = this.#rtp?.account;
    const to = this.#reportsTo;
    if (account === undefined || to === undefined) return undefined;
    // His report may have come before his packets did.
    if (this.#report?.ssrc !== account.ssrc || this.#sender?.host !== to.host) return undefined;
    return { to, octets: format([this.#reporter.block(account, now)]) };
  }

  /** Nothing more comes: what was held back for what is missing. */
  flush(): readonly Uint8Array[] {
    return this.#rtp?.flush().map(({ payload }) => payload) ?? [];
  }

  #strange(): Received {
    this.#foreign++;
    return NOTHING;
  }

  #unheard(): Control {
    this.#foreign++;
    return "nothing";
  }

  #enter(octets: Uint8Array, { host, port }: Peer, now: number): Sender | undefined {
    const from = `${host}:${port}`;
    const before = this.#sender;
    if (before?.from === from) return before;
    if (before !== undefined && now - before.last < TAKE_OVER) return undefined;
    const plain = this.#options.scheme === "udp" && isTsPackets(octets);
    if (!plain && !bringsPackets(octets)) return undefined;
    this.#sender = { from, host, rtp: !plain, last: now };
    return this.#sender;
  }

  #sentAt(ssrc: number, timestamp: number): number | undefined {
    const report = this.#report;
    if (report?.ssrc !== ssrc) return undefined;
    // RFC 3550 §6.4.1: the report's two times are one moment; of 32 bits, whichever way is shorter.
    const ticks = (timestamp - report.timestamp) | 0;
    return report.time + ticks / TICKS;
  }
}

/** RFC 2250 §2: whole packets of a transport stream in one of RTP. */
function bringsPackets(octets: Uint8Array): boolean {
  if (!looksLikeRtp(octets)) return false;
  const { payload } = scanRtp(octets);
  return isTsPackets(octets.subarray(payload.from, payload.to));
}
