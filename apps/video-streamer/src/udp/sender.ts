/** A channel sent as datagrams: MPEG-TS by itself or within RTP, paced by its own clock, for as long as the program runs. */
import { randomBytes, randomInt } from "node:crypto";
import { RtpSender } from "@socketscope/media";
import type { Address, DatagramPieces, TapPoint, UdpEndpoint } from "@socketscope/socket-core";
import { SYSTEM_CLOCK, type ChannelClock } from "../live/channel.ts";
import type { Channels } from "../live/channels.ts";
import { transportOf } from "../live/transport.ts";
import { Audience, type ReceiverSeen } from "./audience.ts";
import { Datagrams, type Datagram } from "./datagrams.ts";
import { bindSender, hearReports } from "./endpoint.ts";
import { reportsPortOf, urlOf, type UdpRoute, type UdpTarget } from "./target.ts";

export interface SenderOptions {
  readonly target: UdpTarget;
  readonly route: UdpRoute;
  readonly channels: Channels;
  readonly tap: TapPoint;
  readonly clock?: ChannelClock | undefined;
  /** What the channel cannot be sent for; told once each time it changes. */
  readonly onTrouble: (why: string) => void;
}

/** Milliseconds that a datagram waits after it is there: parts of a channel come in pieces. */
const LAG = 250;
/** Milliseconds by which its clock may be off before it counts as another. */
const LEAP = 2000;
/** Milliseconds until a channel that is not there, or not to be had, is looked for again. */
const AGAIN = 500;
/** Milliseconds between reports (RFC 3550 §6.2: five seconds at least). */
const REPORTS = 5000;

type Endpoint = UdpEndpoint<DatagramPieces>;

/** Where a session's reports go, where those of its receivers come in as well, and who hears it. */
interface Reporting {
  readonly reports: Endpoint;
  /** Of a group: who is in it tells all of it. */
  readonly heard: Endpoint | undefined;
  readonly ssrc: number;
  readonly audience: Audience;
}

export class UdpSender {
  readonly target: UdpTarget;
  readonly #options: SenderOptions;
  readonly #clock: ChannelClock;
  readonly #endpoint: Endpoint;
  readonly #reports: Endpoint | undefined;
  readonly #heard: Endpoint | undefined;
  readonly #rtp: RtpSender | undefined;
  readonly #audience: Audience | undefined;
  readonly #gone = new AbortController();
  readonly #done: Promise<void>;
  /** Milliseconds since 1970 at which second 0 of the bursts' clock is sent. */
  #anchor: number | undefined;
  #reported = -Infinity;
  #trouble: string | undefined;

  private constructor(options: SenderOptions, endpoint: Endpoint, reporting?: Reporting) {
    this.target = options.target;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#endpoint = endpoint;
    this.#reports = reporting?.reports;
    this.#heard = reporting?.heard;
    this.#audience = reporting?.audience;
    if (reporting !== undefined)
      this.#rtp = new RtpSender({
        ssrc: reporting.ssrc,
        sequence: randomInt(2 ** 16),
        timestamp: randomInt(2 ** 32),
        // RFC 7022 §4.2: 96 bits at random, in base64.
        cname: randomBytes(12).toString("base64"),
      });
    this.#done = this.#run();
  }

  /** Rejects with SocketError when the interface is not there. */
  static async open(options: SenderOptions): Promise<UdpSender> {
    const { target, route, tap } = options;
    const rtp = target.scheme === "rtp";
    const endpoint = await bindSender(target.host, route, rtp ? "rtp" : "mpegts", tap);
    if (!rtp) return new UdpSender(options, endpoint);
    const ssrc = randomInt(2 ** 32);
    const audience = new Audience(ssrc);
    const clock = options.clock ?? SYSTEM_CLOCK;
    const heed = (octets: Uint8Array, from: Address): void => audience.receive(octets, from, clock.now());
    try {
      const reports = await bindSender(target.host, route, "rtcp", tap, heed);
      const heard = await hearReports(target.host, reportsPortOf(target), route, tap, heed);
      return new UdpSender(options, endpoint, { reports, heard, ssrc, audience });
    } catch (error) {
      await endpoint[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Who says that he hears it; undefined: nobody could, it is not sent by RTP. */
  get receivers(): ReceiverSeen[] | undefined {
    return this.#audience?.list(this.#clock.now());
  }

  /** Who sends: for a description of the session. */
  get address(): string {
    return this.#endpoint.address.host;
  }

  async close(): Promise<void> {
    this.#gone.abort();
    await this.#done;
    // RFC 3550 §6.3.7: who leaves says so.
    if (this.#rtp !== undefined && this.#anchor !== undefined) this.#report([this.#rtp.bye()]);
    await this.#endpoint[Symbol.asyncDispose]();
    await this.#reports?.[Symbol.asyncDispose]();
    await this.#heard?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { channels, target } = this.#options;
    while (!this.#gone.signal.aborted) {
      try {
        const channel = await channels.get(target.name);
        const [rendition] = channel?.renditions ?? [];
        if (channel === undefined || rendition === undefined) this.#tell("there is no such channel yet");
        else {
          const datagrams = new Datagrams();
          const begin = channel.current === 0 ? 0 : channel.current + 1;
          for await (const bursts of transportOf(channel, rendition, begin, this.#gone.signal))
            for (const datagram of datagrams.push(bursts)) await this.#send(datagram);
          for (const datagram of datagrams.flush()) await this.#send(datagram);
        }
      } catch (error) {
        // A film that cannot be read, or of codecs that MPEG-TS does not carry: it may be another one tomorrow.
        this.#tell(error instanceof Error ? error.message : String(error));
      }
      await this.#wait(AGAIN);
    }
  }

  #tell(why: string): void {
    if (this.#trouble !== why)
      this.#options.onTrouble(`${urlOf(this.target)}, channel ${this.target.name}: ${why}`);
    this.#trouble = why;
  }

  async #send({ due, octets }: Datagram): Promise<void> {
    const now = this.#clock.now();
    const planned = this.#anchor === undefined ? Infinity : this.#anchor + due * 1000;
    const leaps = !(Math.abs(planned - now) <= LEAP);
    if (leaps) this.#anchor = now + LAG - due * 1000;
    await this.#wait((this.#anchor ?? now) + due * 1000 - now);
    if (this.#gone.signal.aborted) return;
    this.#trouble = undefined;
    const { host, port } = this.target;
    this.#endpoint.send({ host, port }, this.#rtp?.packet(octets, due, leaps) ?? [octets]);
    const at = this.#clock.now();
    if (this.#rtp === undefined || at - this.#reported < REPORTS) return;
    this.#reported = at;
    this.#report([this.#rtp.report(at, (at - (this.#anchor ?? at)) / 1000)]);
  }

  #report(pieces: DatagramPieces): void {
    this.#reports?.send({ host: this.target.host, port: reportsPortOf(this.target) }, pieces);
  }

  #wait(ms: number): Promise<void> {
    const { signal } = this.#gone;
    if (!(ms > 0) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        signal.removeEventListener("abort", finish);
        off();
        resolve();
      };
      const off = this.#clock.after(ms, finish);
      signal.addEventListener("abort", finish);
    });
  }
}
