/** A viewer of datagrams: at an address of this machine or in a group, until the sender is silent or says farewell. */
import { randomBytes, randomInt } from "node:crypto";
import { setImmediate as turn, setTimeout as later } from "node:timers/promises";
import { describeError, listenerUrl } from "@socketscope/host";
import {
  bindDatagrams,
  castOf,
  SocketError,
  type Address,
  type DatagramPieces,
  type UdpEndpoint,
} from "@socketscope/socket-core";
import { ClientError } from "./errors.ts";
import type { Playback } from "./playback.ts";
import { Reception, type Tally } from "./reception.ts";
import type { Output } from "./sink.ts";
import { Times } from "./times.ts";

type Endpoint = UdpEndpoint<DatagramPieces>;

export interface DatagramSource {
  readonly scheme: "udp" | "rtp";
  /** A literal address: of this machine, of a group, or a broadcast address. */
  readonly host: string;
  readonly port: number;
  /** The port of RTP's reports. Undefined: the next one. */
  readonly reports?: number | undefined;
  /** Only this sender's. */
  readonly source: string | undefined;
  /** Where a group is heard: an interface by address or name. Undefined: the loopback interface. */
  readonly interface: string | undefined;
}

/** RFC 3550 §6.2: milliseconds between reports to the sender, half as long before the first. */
const REPORTS = 5000;

export interface DatagramOptions {
  readonly output: Output | undefined;
  /** Milliseconds without a datagram after which it is over. */
  readonly silence: number;
  readonly signal: AbortSignal;
  /** It can be sent to from now on. */
  readonly listening: (url: string) => void;
  /** Whether the sender is told how it comes. */
  readonly reports: boolean;
}

/** Octets that the system keeps while we are busy: half a second at 20 Mbit/s, with what it adds to each datagram. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** Octets that may wait for a slow output: UDP waits for nobody. */
const WAITING = 16 * 1024 * 1024;
/** Milliseconds for what was sent before a farewell, which comes by another port. */
const AFTER_BYE = 200;
/** Milliseconds between looks at whether it is over. */
const LOOK = 100;
/** Pairs of ports that are tried, where any will do. */
const PAIRS = 20;

export class DatagramViewer {
  readonly #source: DatagramSource;
  readonly #playback: Playback;
  readonly #options: DatagramOptions;
  readonly #now: () => number;
  readonly #reception: Reception;
  readonly #times = new Times(true);
  #endpoint: Endpoint | undefined;
  #patience: number;
  #last: number;
  #waiting = 0;
  #written: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #dropped = 0;
  #reports: Endpoint | undefined;
  #nextReport: number;
  #left = false;

  constructor(source: DatagramSource, playback: Playback, options: DatagramOptions, now: () => number) {
    this.#source = source;
    this.#playback = playback;
    this.#options = options;
    this.#now = now;
    // RFC 7022 §4.2: 96 bits at random, in base64.
    const self = { ssrc: randomInt(2 ** 32), cname: randomBytes(12).toString("base64") };
    this.#reception = new Reception({ ...source, self });
    this.#nextReport = now() + this.#interval() / 2;
    this.#patience = options.silence;
    this.#last = now();
  }

  get tally(): Tally {
    return this.#reception.tally;
  }
  get times(): Times {
    return this.#times;
  }
  /** Datagrams that came and could not be kept. */
  get dropped(): number {
    return this.#dropped + (this.#endpoint?.dropped ?? 0);
  }

  /** Throws SocketError for an address that cannot be had, ClientError when nothing came at all or it cannot be written. */
  async watch(): Promise<void> {
    const { silence, signal, listening } = this.#options;
    const { packets, reports } = await this.#open();
    await using endpoint = packets;
    await using _reports = reports;
    this.#endpoint = endpoint;
    this.#reports = reports;
    const { url } = listenerUrl(this.#source.scheme, endpoint.address);
    listening(url);
    this.#last = this.#now();
    while (!signal.aborted && this.#failure === undefined) {
      const left = this.#last + this.#patience - this.#now();
      if (left > 0) await later(Math.min(left, LOOK));
      else if (await this.#heardAll()) break;
      this.#reportInTime();
    }
    // To a sender who has left nothing is said.
    if (!this.#left) this.#send(this.#reception.farewell(this.#now()));
    for (const piece of this.#reception.flush()) this.#take(piece, undefined);
    await this.#written;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#reception.heardAt !== undefined) return;
    const waited = signal.aborted ? "" : ` for ${silence / 1000} s`;
    throw new ClientError("CLIENT_SILENCE", `${url}: no stream came${waited}`);
  }

  /** Timers are served before sockets: what came while this machine was busy is read first. */
  async #heardAll(): Promise<boolean> {
    const last = this.#last;
    await turn();
    return this.#last === last;
  }

  #reportInTime(): void {
    const now = this.#now();
    if (now < this.#nextReport) return;
    this.#nextReport = now + this.#interval();
    this.#send(this.#reception.report(now));
  }

  /** RFC 3550 §6.3.1: between half of it and half as much again, so that many receivers do not report at once. */
  #interval(): number {
    return REPORTS * (0.5 + Math.random());
  }

  #send(said: ReturnType<Reception["report"]>): void {
    if (said !== undefined && this.#options.reports) this.#reports?.send(said.to, said.octets);
  }

  /** RFC 3550 §11: reports come to the next port, unless another was said. */
  async #open(): Promise<{ packets: Endpoint; reports: Endpoint | undefined }> {
    const { scheme, port, reports: said } = this.#source;
    for (let pair = 1; ; pair++) {
      const packets = await this.#bind(port, scheme === "rtp" ? "rtp" : "mpegts", (octets, from) =>
        this.#heed(octets, from),
      );
      if (scheme === "udp") return { packets, reports: undefined };
      try {
        const reports = await this.#bind(said ?? packets.address.port + 1, "rtcp", (octets, from) => {
          if (this.#reception.control(octets, from, this.#now()) !== "bye") return;
          this.#left = true;
          this.#patience = AFTER_BYE;
        });
        return { packets, reports };
      } catch (error) {
        await packets[Symbol.asyncDispose]();
        // Of a port that was chosen for us the next one may be somebody's.
        if (!(error instanceof SocketError) || port !== 0 || said !== undefined || pair === PAIRS)
          throw error;
      }
    }
  }

  async #bind(
    port: number,
    protocol: string,
    on: (octets: Uint8Array, from: Address) => void,
  ): Promise<Endpoint> {
    const { host, source, interface: at } = this.#source;
    const group = castOf(host) === "multicast";
    const endpoint = await bindDatagrams(
      { host, port, protocol, reuseAddress: group, receiveBuffer: RECEIVE_BUFFER },
      on,
    );
    try {
      const options = {
        ...(source !== undefined && { source }),
        ...(at !== undefined && { interface: at }),
      };
      if (group) endpoint.join(host, options);
      return endpoint;
    } catch (error) {
      await endpoint[Symbol.asyncDispose]();
      throw error;
    }
  }

  #heed(octets: Uint8Array, from: Address): void {
    const now = this.#now();
    const { pieces, sent } = this.#reception.receive(octets, from, now);
    // A stranger's datagrams do not keep us here.
    this.#last = this.#reception.heardAt ?? this.#last;
    this.#playback.came(octets.length);
    for (const piece of pieces) this.#take(piece, sent);
  }

  #take(piece: Uint8Array, sent: number | undefined): void {
    const seconds = this.#times.push(piece);
    if (seconds > 0) this.#playback.film(seconds, this.#now(), sent);
    const { output } = this.#options;
    if (output === undefined) return;
    if (this.#waiting + piece.length > WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting += piece.length;
    this.#written = this.#write(this.#written, output, piece);
  }

  /** Does not throw: why it failed is said at the end. */
  async #write(before: Promise<void>, output: Output, piece: Uint8Array): Promise<void> {
    await before;
    try {
      if (this.#failure === undefined) await output.write(piece);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new ClientError("CLIENT_OUTPUT", describeError(error));
    }
    this.#waiting -= piece.length;
  }
}
