/** Two connections that speak to each other through us: octets both ways, backpressure, and who has ended. */
import type { CloseReason, Receiver, Stream } from "@socketscope/socket-core";

export interface TunnelEnd {
  readonly stream: Stream;
  /** Octets of it that came before the tunnel was laid. */
  readonly rest: Uint8Array;
}

export interface TunnelOptions {
  /** What is spoken through it, for the tap. */
  readonly protocol: string;
  /** Milliseconds in which nothing comes from either end; then both are closed. */
  readonly idleMs: number;
}

/** From here on both streams are the tunnel's. A stream that was paused goes on. */
export function tunnel(one: TunnelEnd, other: TunnelEnd, options: TunnelOptions): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.stream.speaks(options.protocol);
    from.stream.attach(new Half(from.stream, to.stream, options.idleMs));
    if (from.rest.length > 0) to.stream.write(from.rest);
  }
  one.stream.resume();
  other.stream.resume();
}

/** What comes from one end goes to the other. */
class Half implements Receiver {
  readonly #from: Stream;
  readonly #to: Stream;
  readonly #idleMs: number;

  constructor(from: Stream, to: Stream, idleMs: number) {
    this.#from = from;
    this.#to = to;
    this.#idleMs = idleMs;
    this.#alive();
  }

  data(octets: Uint8Array): void {
    this.#alive();
    if (!this.#to.write(octets)) this.#from.pause();
  }

  /** It says no more, but may still listen. */
  ended(): void {
    this.#alive();
    this.#to.halfClose();
  }

  /** It has read: there is room for what the other end says. */
  drain(): void {
    this.#to.resume();
  }

  late(): void {
    this.#from.destroy("timeout");
  }

  /** Nobody here knows what runs in it: neither end gets another word. */
  finish(): void {
    this.#from.linger("drained");
    this.#to.linger("drained");
  }

  closed(reason: CloseReason): void {
    // What it said to the end may still be on its way; what broke is broken off.
    if (reason === "peer-ended") this.#to.linger(reason);
    else if (reason !== "drained") this.#to.destroy(reason);
  }

  /** A clock for both: an end may well be silent as long as the other is not. */
  #alive(): void {
    const deadline = performance.now() + this.#idleMs;
    this.#from.deadline = deadline;
    this.#to.deadline = deadline;
  }
}
