/** One TCP connection. Node's socket lives in here and nowhere else. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { asSocketError, SocketError } from "./errors.ts";
import type { CloseReason, Flow } from "./flow.ts";
import { listenForData, listenTo, stopListening, type SocketEvents } from "./socket-events.ts";
import type { Receiver, Stream } from "./stream.ts";
import { now, unwatch, watch, type Swept } from "./sweep.ts";
import type { TapPoint } from "./tap-point.ts";
import { secure, type TlsOptions } from "./tls.ts";
import { WriteStall } from "./write-stall.ts";

export interface StreamLimits {
  /** Octets queued above which `write` returns false; never below {@link LOWEST_HIGH_WATER_MARK}. Default 1 MiB. */
  readonly highWaterMark: number;
  /** Octets queued above which another `write` cuts the connection (reason "limit"): its writer does not heed the mark. Default 16 MiB. */
  readonly maxQueuedOctets: number;
  /** Milliseconds in which a peer must take something of what is queued. Default 30 s. */
  readonly writeStallMs: number;
  /** Milliseconds after our FIN in which the peer may still send into the void. Default 2 s. */
  readonly lingerMs: number;
  /** Octets the peer may send into the void after our FIN. Default 256 MiB. */
  readonly lingerOctets: number;
  /** Milliseconds for a TLS handshake. Default 10 s. */
  readonly handshakeMs: number;
}

export const defaultStreamLimits: StreamLimits = {
  highWaterMark: 1024 * 1024,
  maxQueuedOctets: 16 * 1024 * 1024,
  writeStallMs: 30_000,
  lingerMs: 2_000,
  lingerOctets: 256 * 1024 * 1024,
  handshakeMs: 10_000,
};

/** Octets: Node says 'drain' only for queues above its own mark (16 KiB, 64 KiB from Node 22 on). */
export const LOWEST_HIGH_WATER_MARK = 64 * 1024;

/** Pieces up to this size in all leave as one chunk: copying them is cheaper than a gathered write. */
const JOIN_BELOW = 64 * 1024;

/** Who made the stream, and hears once of its end. */
export interface StreamOwner {
  streamClosed(stream: TcpStream, reason: CloseReason): void;
}

export class TcpStream implements Stream, Swept, SocketEvents {
  readonly flow: Flow;
  deadline = Infinity;
  #socket: Socket;
  /** The socket below TLS; without TLS, the same. */
  readonly #wire: Socket;
  #secure = false;
  readonly #tap: TapPoint;
  readonly #limits: StreamLimits;
  readonly #owner: StreamOwner | undefined;
  #receiver: Receiver | undefined;
  #reason: CloseReason | undefined;
  #phase: "open" | "lingering" | "closed" = "open";
  #peerEnded = false;
  #handshaking = false;
  #lingerLeft = 0;
  /** Octets given to Node. */
  #written = 0;
  #stall: WriteStall | undefined;
  #children: Set<Stream> | undefined;

  constructor(
    socket: Socket,
    flow: Flow,
    tap: TapPoint,
    limits: StreamLimits = defaultStreamLimits,
    owner?: StreamOwner,
  ) {
    this.#socket = socket;
    this.#wire = socket;
    this.flow = flow;
    this.#tap = tap;
    this.#limits = limits;
    this.#owner = owner;
    // Nagle's algorithm would hold the second small write back until the first is acknowledged (RFC 1122 §4.2.3.4).
    socket.setNoDelay(true);
    listenTo(socket, this);
    watch(this);
    tap.opened(flow);
  }

  get secure(): boolean {
    return this.#secure;
  }
  get alpn(): string | undefined {
    const agreed = "alpnProtocol" in this.#socket ? this.#socket.alpnProtocol : undefined;
    return typeof agreed === "string" ? agreed : undefined;
  }
  get queued(): number {
    return this.#socket.writableLength;
  }
  get highWaterMark(): number {
    return Math.max(this.#limits.highWaterMark, LOWEST_HIGH_WATER_MARK);
  }
  get unread(): number {
    return this.#socket.readableLength;
  }

  attach(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (this.#phase === "closed") process.nextTick(() => receiver.closed(this.#reason ?? "peer-ended"));
    if (!first || this.#phase !== "open") return;
    listenForData(this.#socket);
    if (this.#peerEnded) process.nextTick(() => this.#receiver?.ended());
  }

  speaks(protocol: string): void {
    this.#tap.speaks(this.flow, protocol);
  }

  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }

  write(pieces: Uint8Array | readonly Uint8Array[]): boolean {
    if (this.#phase !== "open" || !this.#socket.writable) return true;
    const socket = this.#socket;
    if (socket.writableLength > this.#limits.maxQueuedOctets) {
      this.destroy("limit");
      return true;
    }
    if (pieces instanceof Uint8Array) this.#put(pieces);
    else if (pieces.length === 1 && pieces[0] !== undefined) this.#put(pieces[0]);
    else if (totalLength(pieces) <= JOIN_BELOW) this.#put(Buffer.concat(pieces));
    else {
      socket.cork();
      for (const piece of pieces) this.#put(piece);
      socket.uncork();
    }
    return socket.writableLength < this.highWaterMark;
  }

  #put(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#tap.bytes(this.flow, "out", octets);
    this.#written += octets.length;
    this.#socket.write(octets);
  }

  async secureWith(options: TlsOptions): Promise<void> {
    const plain = this.#socket;
    if (this.#secure || this.#handshaking)
      throw new SocketError("TLS", "this connection is already under TLS");
    if (this.#phase !== "open" || plain.destroyed)
      throw new SocketError("CLOSED", "the connection ended before TLS began");
    // A 'data' listener left on the raw socket would eat the ClientHello; only ours are taken off, Node needs its own.
    stopListening(plain);
    plain.on("error", ignore);
    const armed = this.deadline;
    this.deadline = now() + this.#limits.handshakeMs;
    this.#handshaking = true;
    await new Promise<void>((resolve, reject) => {
      const secured = secure(plain, options, (error, socket) => {
        this.#handshaking = false;
        if (error !== undefined) {
          this.destroy("io");
          reject(new SocketError("TLS", asSocketError(error, "TLS handshake").message, { cause: error }));
          return;
        }
        this.#secure = true;
        this.deadline = armed;
        this.#tap.secured(this.flow, socket.getProtocol() ?? "", socket.getCipher().name, this.alpn);
        resolve();
      });
      this.#adoptSocket(secured);
    });
  }

  #adoptSocket(secured: TLSSocket): void {
    this.#socket = secured;
    listenTo(secured, this);
    if (this.#receiver !== undefined) listenForData(secured);
  }

  linger(reason: CloseReason): void {
    if (this.#phase !== "open") return;
    this.#phase = "lingering";
    this.#reason ??= reason;
    this.#lingerLeft = this.#limits.lingerOctets;
    // What is queued must still leave: the two seconds begin when the kernel has it, the stall clock runs until then.
    this.deadline = Infinity;
    const socket = this.#socket;
    socket.end(() => {
      this.deadline = now() + this.#limits.lingerMs;
      if (this.#peerEnded) socket.destroy();
    });
    if (this.#receiver === undefined) listenForData(socket);
    socket.resume();
  }

  destroy(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  /** RST instead of FIN: the peer learns at once that nobody wants its octets. */
  reset(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#socket.resetAndDestroy();
  }

  adopt(child: Stream): void {
    this.#children ??= new Set();
    this.#children.add(child);
  }

  finish(): void {
    if (this.#receiver !== undefined) this.#receiver.finish();
    else this.destroy("drained");
  }

  sweep(at: number): void {
    if (at >= this.deadline) {
      this.deadline = Infinity;
      if (this.#handshaking || this.#phase === "lingering" || this.#receiver === undefined)
        this.destroy("timeout");
      else this.#receiver.late();
    }
    const queued = this.#socket.writableLength;
    if (queued === 0) this.#stall = undefined;
    else {
      const taken = this.#written - queued;
      this.#stall ??= new WriteStall(this.#wire, taken, at);
      if (this.#stall.watch(this.#wire, taken, at) >= this.#limits.writeStallMs) this.destroy("timeout");
    }
  }

  // ── what happens on the socket
  onData(octets: Uint8Array): void {
    this.#tap.bytes(this.flow, "in", octets);
    if (this.#phase === "lingering") {
      this.#lingerLeft -= octets.length;
      if (this.#lingerLeft < 0) this.destroy("limit");
      return;
    }
    this.#receiver?.data(octets);
  }

  onEnd(): void {
    this.#peerEnded = true;
    if (this.#phase === "lingering") {
      if (this.#socket.writableFinished) this.#socket.destroy();
    } else this.#receiver?.ended();
  }

  onDrain(): void {
    if (this.#phase === "open") this.#receiver?.drain();
  }

  onError(): void {
    this.#reason ??= "io";
  }

  onTlsError(): void {
    if (!this.#handshaking) this.destroy("io");
  }

  onClose(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    unwatch(this);
    const reason = this.#reason ?? "peer-ended";
    if (this.#children !== undefined) for (const child of this.#children) child.destroy("parent");
    this.#tap.closed(this.flow, reason);
    this.#owner?.streamClosed(this, reason);
    this.#receiver?.closed(reason);
  }
}

function totalLength(pieces: readonly Uint8Array[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

function ignore(): void {
  // The TLS socket above reports the same error.
}
