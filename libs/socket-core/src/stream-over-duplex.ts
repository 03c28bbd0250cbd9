/**
 * A Node duplex as a stream: an SSH channel, standard input and output. Cores drive it, taps see it, deadlines and
 * stalls are noticed as on a socket; what lies below it (the SSH connection) is named as the flow's parent.
 */
import type { Duplex } from "node:stream";
import { SocketError } from "./errors.ts";
import type { CloseReason, Flow } from "./flow.ts";
import type { Receiver, Stream } from "./stream.ts";
import { defaultStreamLimits, type StreamLimits } from "./stream-limits.ts";
import { now, unwatch, watch, type Swept } from "./sweep.ts";
import type { TapPoint } from "./tap-point.ts";

export interface StreamOverDuplexOptions {
  readonly flow: Flow;
  readonly protocol: string;
  readonly tap: TapPoint;
  readonly limits?: Partial<StreamLimits>;
  /**
   * What lies below: octets that it has not passed on count as queued (call {@link StreamOverDuplex.room} when they have
   * gone), and what becomes of one write of ours it passes on at once.
   */
  readonly below?: { readonly queued: number; cork(): void; uncork(): void };
  /** Our last words, before the end (an SSH channel's exit status). */
  readonly bye?: () => void;
}

export class StreamOverDuplex implements Stream, Swept {
  readonly flow: Flow;
  readonly secure = false;
  readonly tls = undefined;
  readonly tlsSession = undefined;
  readonly alpn = undefined;
  readonly endedCleanly = undefined;
  deadline = Infinity;
  readonly #duplex: Duplex;
  readonly #options: StreamOverDuplexOptions;
  readonly #limits: StreamLimits;
  #receiver: Receiver | undefined;
  #listening = false;
  #phase: "open" | "lingering" | "closed" = "open";
  #reason: CloseReason = "peer-ended";
  #peerEnded = false;
  /** A write said "full": who wrote waits to be told of room. */
  #full = false;
  /** Octets given to the duplex. */
  #written = 0;
  /** How many of them it had passed on when it last did, and when that was. */
  #stalled: { readonly taken: number; readonly since: number } | undefined;
  #children: Set<Stream> | undefined;

  constructor(duplex: Duplex, options: StreamOverDuplexOptions) {
    this.#duplex = duplex;
    this.#options = options;
    this.flow = options.flow;
    this.#limits = { ...defaultStreamLimits, ...options.limits };
    duplex.on("end", () => this.#onEnd());
    duplex.on("error", () => this.#close("io"));
    duplex.on("close", () => this.#close(this.#reason));
    watch(this);
    options.tap.opened(this.flow);
    options.tap.speaks(this.flow, options.protocol);
  }

  get queued(): number {
    return this.#duplex.writableLength + (this.#options.below?.queued ?? 0);
  }
  get highWaterMark(): number {
    return this.#limits.highWaterMark;
  }
  get unread(): number {
    return this.#duplex.readableLength;
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#phase === "closed") process.nextTick(() => receiver.closed(this.#reason));
    if (this.#listening || this.#phase !== "open") return;
    this.#listening = true;
    this.#duplex.on("data", (octets: Uint8Array) => this.#onData(octets));
    if (this.#peerEnded) process.nextTick(() => this.#receiver?.ended());
  }

  speaks(protocol: string): void {
    this.#options.tap.speaks(this.flow, protocol);
  }
  pause(): void {
    this.#duplex.pause();
  }
  resume(): void {
    this.#duplex.resume();
  }

  write(pieces: Uint8Array | readonly Uint8Array[]): boolean {
    if (this.#phase !== "open" || !this.#duplex.writable) return true;
    if (this.queued > this.#limits.maxQueuedOctets) {
      this.destroy("limit");
      return true;
    }
    this.#options.below?.cork();
    for (const octets of pieces instanceof Uint8Array ? [pieces] : packed(pieces)) this.#put(octets);
    this.#options.below?.uncork();
    this.#full ||= this.queued >= this.highWaterMark;
    return !this.#full;
  }

  #put(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#options.tap.bytes(this.flow, "out", octets);
    this.#written += octets.length;
    this.#duplex.write(octets, this.#wrote);
  }

  // One closure for all writes.
  readonly #wrote = (): void => this.room();

  /** Something of what was queued has gone. */
  room(): void {
    if (!this.#full || this.queued >= this.highWaterMark) return;
    this.#full = false;
    if (this.#phase === "open") this.#receiver?.drain();
  }

  secureWith(): Promise<void> {
    return Promise.reject(new SocketError("TLS", "there is no TLS within this connection"));
  }

  leaveTls(): Promise<void> {
    return this.secureWith();
  }

  async flushed(): Promise<void> {
    if (this.#duplex.writableLength === 0 || this.#duplex.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#duplex.write(new Uint8Array(0), () => resolve());
    });
  }

  halfClose(): void {
    if (this.#phase === "open") this.#duplex.end();
  }

  linger(reason: CloseReason): void {
    if (this.#phase !== "open") return;
    this.#phase = "lingering";
    this.#reason = reason;
    this.deadline = Infinity;
    this.#options.bye?.();
    this.#duplex.end(() => {
      this.deadline = now() + this.#limits.lingerMs;
      if (this.#peerEnded) this.#close(reason);
    });
    if (!this.#listening) this.#duplex.on("data", () => undefined);
    this.#duplex.resume();
  }

  finish(): void {
    if (this.#receiver !== undefined) this.#receiver.finish();
    else this.destroy("drained");
  }

  destroy(reason: CloseReason): void {
    this.#close(reason);
  }
  reset(reason: CloseReason): void {
    this.#close(reason);
  }

  adopt(child: Stream): void {
    this.#children ??= new Set();
    this.#children.add(child);
  }

  sweep(at: number): void {
    if (at >= this.deadline) {
      this.deadline = Infinity;
      if (this.#phase === "lingering" || this.#receiver === undefined) this.destroy("timeout");
      else this.#receiver.late();
    }
    const queued = this.#duplex.writableLength;
    const taken = this.#written - queued;
    if (queued === 0) this.#stalled = undefined;
    else if (this.#stalled?.taken !== taken) this.#stalled = { taken, since: at };
    else if (at - this.#stalled.since >= this.#limits.writeStallMs) this.destroy("timeout");
  }

  #onData(octets: Uint8Array): void {
    this.#options.tap.bytes(this.flow, "in", octets);
    if (this.#phase === "open") this.#receiver?.data(octets);
  }

  #onEnd(): void {
    this.#peerEnded = true;
    if (this.#phase === "open") this.#receiver?.ended();
    else if (this.#duplex.writableFinished) this.#close(this.#reason);
  }

  #close(reason: CloseReason): void {
    if (this.#phase === "closed") return;
    if (this.#phase !== "lingering") this.#reason = reason;
    this.#phase = "closed";
    unwatch(this);
    if (!this.#duplex.destroyed) this.#duplex.destroy();
    if (this.#children !== undefined) for (const child of this.#children) child.destroy("parent");
    this.#options.tap.closed(this.flow, this.#reason);
    this.#receiver?.closed(this.#reason);
  }
}

/** Octets of a piece from which on copying it costs more than a packet of its own. */
const LARGE = 32 * 1024;

/** An SSH channel makes a packet of each write: what is small shares one, and what is large is not copied for it. */
function packed(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.length < 2 || pieces.every((piece) => piece.length >= LARGE)) return pieces;
  return [Buffer.concat(pieces)];
}
