/** One TCP connection. Node's socket lives in here and nowhere else. */
import type { Socket } from "node:net";
import { asSocketError, SocketError } from "./errors.ts";
import type { CloseReason, Flow, Intercepted } from "./flow.ts";
import { listenForData, listenTo, stopListening, type SocketEvents } from "./socket-events.ts";
import type { Interception, InterceptedStream } from "./interception.ts";
import type { RoomFor } from "./shared-reads.ts";
import type { Receiver, SecuringHow, Stream, StreamOwner, Tls } from "./stream.ts";
import { defaultStreamLimits, LOWEST_HIGH_WATER_MARK, type StreamLimits } from "./stream-limits.ts";
import { now, unwatch, watch, type Swept } from "./sweep.ts";
import type { TapPoint } from "./tap-point.ts";
import { alpnOf, tlsOf, type TlsOptions } from "./tls.ts";
import { layTls, type TlsLayer } from "./tls-layer.ts";
import type { TlsDetour } from "./tls-detour.ts";
import { leaveTls } from "./tls-leaving.ts";
import { allTaken, areSmall } from "./pieces.ts";
import { stallOf, type WriteStall } from "./write-stall.ts";

export class TcpStream implements Stream, Swept, SocketEvents, InterceptedStream {
  readonly flow: Flow;
  readonly highWaterMark: number;
  deadline = Infinity;
  /** Read through the buffer that all such streams share: for many short chunks. Not under TLS. */
  readsShared = false;
  #socket: Socket;
  /** The socket below TLS; without TLS, the same. */
  readonly #wire: Socket;
  #secure = false;
  readonly #tap: TapPoint;
  /** Sees what TCP carries, below TLS. */
  readonly #wireTap: TapPoint | undefined;
  readonly #limits: StreamLimits;
  readonly #owner: StreamOwner | undefined;
  #receiver: Receiver | undefined;
  /** Octets flow to the receiver. */
  #listening = false;
  #reason: CloseReason | undefined;
  #phase: "open" | "lingering" | "closed" = "open";
  #peerEnded = false;
  #handshaking = false;
  #lingerLeft = 0;
  /** Octets given to Node. */
  #written = 0;
  #stall: WriteStall | undefined;
  #children: Set<Stream> | undefined;
  #parent: TcpStream | undefined;
  #layer: TlsLayer | undefined;
  /** TLS that we leave, while the peer has not left it; and the detour by which all octets come since then. */
  #leaving: Socket | undefined;
  #outlived: TlsDetour | undefined;
  /** While faults are set. */
  #intercept: Interception | undefined;

  constructor(
    socket: Socket,
    flow: Flow,
    tap: TapPoint,
    limits: StreamLimits = defaultStreamLimits,
    owner?: StreamOwner,
    wireTap?: TapPoint,
  ) {
    this.#socket = socket;
    this.#wire = socket;
    this.flow = flow;
    this.#tap = tap;
    this.#limits = limits;
    this.highWaterMark = Math.max(limits.highWaterMark, LOWEST_HIGH_WATER_MARK);
    this.#owner = owner;
    // Nagle's algorithm would hold the second small write back until the first is acknowledged (RFC 1122 §4.2.3.4).
    socket.setNoDelay(true);
    listenTo(socket, this);
    watch(this);
    this.#wireTap = wireTap ?? tap.wire;
    tap.opened(flow);
    this.#wireTap?.opened(flow);
  }

  get secure(): boolean {
    return this.#secure;
  }
  get alpn(): string | undefined {
    return alpnOf(this.#socket);
  }
  get tls(): Tls | undefined {
    return this.#secure ? tlsOf(this.#socket) : undefined;
  }
  get tlsSession(): Uint8Array | undefined {
    return this.#layer?.session;
  }
  get queued(): number {
    return this.#socket.writableLength + (this.#intercept?.out.octets ?? 0);
  }
  get unread(): number {
    return this.#socket.readableLength + (this.#intercept?.in.octets ?? 0);
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#phase === "closed") process.nextTick(() => receiver.closed(this.#reason ?? "peer-ended"));
    if (this.#listening || this.#phase !== "open") return;
    this.#listening = true;
    listenForData(this.#socket, this.#roomFor(receiver));
    // a pause before a handshake was the plain socket's
    if (this.#secure) this.#intercept?.resume();
    if (this.#peerEnded) process.nextTick(() => this.#receiver?.ended());
  }

  /** TLS reads by itself. */
  #roomFor(receiver: Receiver): RoomFor | undefined {
    if (this.#secure) return undefined;
    if (receiver.borrow !== undefined) return "bulk";
    return this.readsShared ? "dialogue" : undefined;
  }

  speaks(protocol: string): void {
    this.#tap.speaks(this.flow, protocol);
    if (!this.#secure) this.#wireTap?.speaks(this.flow, protocol);
  }

  get #reads(): Socket {
    return this.#leaving ?? this.#socket;
  }

  pause(): void {
    this.#intercept?.pause();
    this.#reads.pause();
  }
  resume(): void {
    if (this.#intercept === undefined) this.#reads.resume();
    else this.#intercept.resume();
  }

  write(pieces: Uint8Array | readonly Uint8Array[]): boolean {
    if (this.#phase !== "open" || !this.#socket.writable) return true;
    const socket = this.#socket;
    if (this.queued > this.#limits.maxQueuedOctets) {
      this.destroy("limit");
      return true;
    }
    if (this.#intercept !== undefined) {
      const octets = pieces instanceof Uint8Array ? pieces : Buffer.concat(pieces);
      if (octets.length > 0) this.#intercept.out.push(octets);
      return this.queued < this.highWaterMark;
    }
    if (pieces instanceof Uint8Array) this.#put(pieces);
    else if (pieces.length === 1 && pieces[0] !== undefined) this.#put(pieces[0]);
    else if (areSmall(pieces)) this.#put(Buffer.concat(pieces));
    else {
      socket.cork();
      for (const piece of pieces) this.#put(piece);
      socket.uncork();
    }
    return socket.writableLength < this.highWaterMark;
  }

  async flushed(): Promise<void> {
    if (this.#intercept !== undefined) await this.#intercept.outEmpty();
    await allTaken(this.#socket);
  }

  #put(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#tell("out", octets);
    this.#written += octets.length;
    this.#socket.write(octets);
  }

  #tell(direction: "in" | "out", octets: Uint8Array): void {
    this.#tap.bytes(this.flow, direction, octets);
    if (!this.#secure && this.#leaving === undefined) this.#wireTap?.bytes(this.flow, direction, octets);
  }

  get endedCleanly(): boolean | undefined {
    return this.#layer?.end?.cleanly;
  }

  async secureWith(options: TlsOptions, how: SecuringHow = {}): Promise<void> {
    // What was said in the clear ("220 go ahead") is still held: the handshake comes behind it.
    if (this.#intercept !== undefined) await this.#intercept.outEmpty();
    const plain = this.#socket;
    if (this.#layer !== undefined) throw new SocketError("TLS", "this connection is already under TLS");
    if (this.#phase !== "open" || plain.destroyed)
      throw new SocketError("CLOSED", "the connection ended before TLS began");
    // A 'data' listener left on the raw socket would eat the ClientHello; only ours are taken off, Node needs its own.
    stopListening(plain);
    // The TLS socket above reports the same error.
    plain.on("error", () => undefined);
    const armed = this.deadline;
    this.deadline = now() + this.#limits.handshakeMs;
    this.#handshaking = true;
    await new Promise<void>((resolve, reject) => {
      const told = { flow: this.flow, wireTap: this.#wireTap };
      const layer = layTls(plain, options, how, told, (error, socket) => {
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
      this.#layer = layer;
      this.#socket = layer.secured;
      listenTo(layer.secured, this);
      // What comes under TLS is for the receiver that is attached next, never for the one that spoke in the clear.
      this.#listening = false;
    });
  }

  async leaveTls(protocol: string): Promise<void> {
    if (this.#intercept !== undefined) await this.#intercept.outEmpty();
    const { secured, detour } = this.#layer ?? {};
    if (secured === undefined || detour === undefined || this.#outlived !== undefined)
      throw new SocketError("TLS", "this connection has no TLS that it could outlive");
    if (this.#phase !== "open" || this.#peerEnded || secured.destroyed)
      throw new SocketError("CLOSED", "the connection ended before TLS did");
    this.#leaving = secured;
    this.#outlived = detour;
    listenTo(this.#wire, this);
    await new Promise<void>((resolve) => {
      leaveTls(secured, detour, this.#limits.leaveTlsMs, {
        data: (octets) => this.#hear(octets),
        said: () => {
          this.#secure = false;
          this.#socket = this.#wire;
          this.#tap.cleared(this.flow);
          resolve();
        },
        left: () => {
          this.#leaving = undefined;
          this.#wireTap?.speaks(this.flow, protocol);
        },
        broke: () => this.destroy("io"),
      });
    });
  }

  halfClose(): void {
    if (this.#phase !== "open") return;
    if (this.#intercept === undefined) this.#socket.end();
    else void this.#intercept.outEmpty().then(() => this.#socket.end());
  }

  linger(reason: CloseReason): void {
    if (this.#phase !== "open") return;
    this.#phase = "lingering";
    this.#reason ??= reason;
    // Nothing is to come, nothing to leave, and nobody could say more (TLS has a word of its own for the end): its end is ours.
    if (this.#peerEnded && !this.#secure && this.queued === 0) return void this.#socket.destroy();
    this.#lingerLeft = this.#limits.lingerOctets;
    this.deadline = Infinity;
    if (this.#intercept === undefined) this.#sendFin();
    else this.#intercept.linger();
    if (!this.#listening) listenForData(this.#socket);
    this.#socket.resume();
  }

  /** What is queued must still leave: the two seconds begin when the kernel has it, the stall clock runs until then. */
  #sendFin(): void {
    const socket = this.#socket;
    socket.end(() => {
      this.deadline = now() + this.#limits.lingerMs;
      if (this.#peerEnded) socket.destroy();
    });
  }

  destroy(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#socket.destroy();
    if (this.#leaving !== undefined) this.#wire.destroy();
  }

  reset(reason: CloseReason): void {
    this.#reason ??= reason;
    // While a FIN is on its way libuv refuses a RST (EINVAL), and Node then never lets go of the descriptor.
    const { writableEnded, writableFinished } = this.#wire;
    if (!writableEnded || writableFinished) this.#wire.resetAndDestroy();
    // over a tapped wire TLS does not notice that there is none any more
    this.#socket.destroy();
  }

  adopt(child: Stream): void {
    this.#children ??= new Set();
    this.#children.add(child);
    if (child instanceof TcpStream) child.#parent = this;
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
    this.#stall = stallOf(this.#stall, this.#wire, this.#socket.writableLength, this.#written, at);
    if (this.#stall !== undefined && this.#stall.ms >= this.#limits.writeStallMs) this.destroy("timeout");
  }

  // ── what happens on the socket
  onData(octets: Uint8Array): void {
    if (this.#outlived === undefined) this.#hear(octets);
    else this.#outlived.came(octets);
  }

  #hear(octets: Uint8Array): void {
    this.#tell("in", octets);
    if (this.#phase === "lingering") {
      this.#lingerLeft -= octets.length;
      if (this.#lingerLeft < 0) this.destroy("limit");
      return;
    }
    if (this.#intercept === undefined) this.#receiver?.data(octets);
    else this.#intercept.in.push(octets);
  }

  onLent(octets: Uint8Array): boolean {
    const receiver = this.#receiver;
    if (this.#phase !== "open" || this.#intercept !== undefined || receiver?.borrow === undefined)
      return false;
    if (!receiver.borrow(octets)) return false;
    this.#tell("in", octets);
    return true;
  }

  onEnd(): void {
    this.#peerEnded = true;
    if (this.#phase === "lingering") {
      if (this.#socket.writableFinished) this.#socket.destroy();
    } else if (this.#intercept === undefined) this.#receiver?.ended();
    else this.#intercept.in.end();
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
    if (this.#parent !== undefined) this.#parent.#children?.delete(this);
    this.#tap.closed(this.flow, reason);
    this.#wireTap?.closed(this.flow, reason);
    this.#intercept?.close();
    this.#owner?.streamClosed(this, reason);
    this.#receiver?.closed(reason);
  }

  // ── what an intercept asks for
  get paused(): boolean {
    return this.#reads.isPaused();
  }
  intercept(by: Interception | undefined): void {
    this.#intercept = by;
  }
  passIn(octets: Uint8Array): void {
    this.#receiver?.data(octets);
  }
  endIn(): void {
    this.#receiver?.ended();
  }
  passOut(octets: Uint8Array): void {
    if (this.#socket.writable) this.#put(octets);
  }
  endOut(): void {
    if (this.#phase === "open") this.linger("we-ended");
    this.#sendFin();
  }
  read(on: boolean): void {
    if (on) this.#reads.resume();
    else this.#reads.pause();
  }
  cut(reason: "io" | "limit"): void {
    this.reset(reason);
  }
  roomAgain(): void {
    if (this.#phase === "open" && this.queued < this.highWaterMark) this.#receiver?.drain();
  }
  tellIntercepted(event: Intercepted): void {
    this.#tap.intercepted(this.flow, event);
  }
}
