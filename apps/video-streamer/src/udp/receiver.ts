/** A channel fed by datagrams: MPEG-TS by itself or within RTP, to an address of this machine or to a group. */
import { isTsPackets, MediaError, RtpError, RtpReceiver, scanRtp } from "@socketscope/media";
import {
  bindDatagrams,
  castOf,
  type Address,
  type DatagramPieces,
  type TapPoint,
  type UdpEndpoint,
} from "@socketscope/socket-core";
import type { IngestDesk } from "../ingest/desk.ts";
import { IngestError } from "../ingest/errors.ts";
import type { Publication } from "../ingest/publication.ts";
import { readerFor, type StreamReader } from "../ingest/read-stream.ts";
import { SYSTEM_CLOCK, type ChannelClock } from "../live/channel.ts";
import type { UdpTarget } from "./target.ts";

export interface ReceiverOptions {
  readonly target: UdpTarget;
  /** An interface by its address: where a group is heard. */
  readonly interface: string;
  readonly desk: IngestDesk;
  readonly tap: TapPoint;
  readonly clock?: ChannelClock | undefined;
  /** Why what comes is not taken. */
  readonly onTrouble: (why: string) => void;
}

/** Milliseconds for which one whose stream was refused is not listened to. */
const REFUSED = 10_000;
/** Octets: what comes at 20 Mbit/s while the program is busy for half a second, with what the system adds to each. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

interface Feed {
  readonly from: string;
  readonly publication: Publication;
  readonly rtp: RtpReceiver | undefined;
  reader: StreamReader | undefined;
  silence: () => void;
}

export class UdpReceiver {
  readonly target: UdpTarget;
  readonly #options: ReceiverOptions;
  readonly #clock: ChannelClock;
  #endpoint: UdpEndpoint<DatagramPieces> | undefined;
  #feed: Feed | undefined;
  #deafUntil = -Infinity;

  private constructor(options: ReceiverOptions) {
    this.target = options.target;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  /** Rejects with SocketError when the address cannot be had. */
  static async open(options: ReceiverOptions): Promise<UdpReceiver> {
    const receiver = new UdpReceiver(options);
    const { target, tap } = options;
    const group = castOf(target.host) === "multicast";
    const protocol = target.scheme === "rtp" ? "rtp" : "mpegts";
    const endpoint = await bindDatagrams(
      {
        host: target.host,
        port: target.port,
        protocol,
        tap,
        reuseAddress: group,
        receiveBuffer: RECEIVE_BUFFER,
      },
      (octets, from) => receiver.#take(octets, from),
    );
    receiver.#endpoint = endpoint;
    try {
      if (group) endpoint.join(target.host, { interface: options.interface });
    } catch (error) {
      await endpoint[Symbol.asyncDispose]();
      throw error;
    }
    return receiver;
  }

  get address(): Address {
    return this.#endpoint?.address ?? this.target;
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#endpoint?.[Symbol.asyncDispose]();
  }

  #take(octets: Uint8Array, { host, port }: Address): void {
    const now = this.#clock.now();
    if (now < this.#deafUntil) return;
    const from = `${host}:${port}`;
    // The first who sends has the channel until he is silent; two streams in one make none.
    if (this.#feed !== undefined && this.#feed.from !== from) return;
    try {
      const feed = this.#feed ?? this.#enter(octets, from);
      if (feed === undefined) return;
      this.#listen(feed);
      const whole =
        feed.rtp === undefined ? [octets] : feed.rtp.receive(octets, now).map(({ payload }) => payload);
      for (const payload of whole) {
        feed.reader ??= readerFor(payload, feed.publication);
        feed.reader.push(payload);
      }
    } catch (error) {
      if (error instanceof RtpError) return;
      if (!(error instanceof IngestError) && !(error instanceof MediaError)) throw error;
      this.#refuse(error.message);
    }
  }

  /** Undefined for a first datagram that nobody would send who has a stream. */
  #enter(octets: Uint8Array, from: string): Feed | undefined {
    const { desk, target, onTrouble } = this.#options;
    const rtp = target.scheme === "rtp";
    const { from: begin } = rtp ? scanRtp(octets).payload : { from: 0 };
    if (!isTsPackets(octets.subarray(begin))) return undefined;
    const publication = desk.enter(target.name, from, rtp ? "MPEG-TS by RTP" : "MPEG-TS by UDP");
    if ("kind" in publication) {
      this.#deafUntil = this.#clock.now() + REFUSED;
      onTrouble(publication.why);
      return undefined;
    }
    const feed: Feed = {
      from,
      publication,
      rtp: rtp ? new RtpReceiver(90_000) : undefined,
      reader: undefined,
      silence: () => undefined,
    };
    this.#feed = feed;
    return feed;
  }

  /** Nothing says that a sender has stopped but its silence. */
  #listen(feed: Feed): void {
    feed.silence();
    feed.silence = this.#clock.after(this.#options.desk.limits.silent * 1000, () => this.#leave());
  }

  #refuse(why: string): void {
    this.#deafUntil = this.#clock.now() + REFUSED;
    this.#options.onTrouble(why);
    this.#leave(why);
  }

  #leave(why?: string): void {
    const feed = this.#feed;
    this.#feed = undefined;
    if (feed === undefined) return;
    feed.silence();
    try {
      if (why === undefined) {
        feed.reader?.end();
        feed.publication.end();
      }
    } catch (error) {
      if (!(error instanceof IngestError) && !(error instanceof MediaError)) throw error;
      this.#options.onTrouble(error.message);
    }
    this.#options.desk.leave(feed.publication, why);
  }
}
