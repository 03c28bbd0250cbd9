/** The other end, on plain node:net, and a listener that notes what its sessions saw. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { stallReader, type StalledReader } from "@socketscope/testkit";
import { onTestFinished } from "vitest";
import {
  drive,
  listenTcp,
  type CloseReason,
  type Clocks,
  type Link,
  type Listener,
  type TcpListening,
  type ListenOptions,
  type Stream,
} from "../../src/index.ts";
import { clocks, LineCore, type Line } from "./line-core.ts";

export class Peer {
  readonly socket: Socket;
  received = "";
  ended = false;
  readonly closed: Promise<void>;
  #waiters: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (octets: Buffer) => {
      this.received += octets.toString("latin1");
      this.#wake();
    });
    socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        resolve();
        this.#wake();
      });
    });
  }

  static async to(listener: Listener): Promise<Peer> {
    const socket = connect({ host: listener.address.host, port: listener.address.port, allowHalfOpen: true });
    await once(socket, "connect");
    return new Peer(socket);
  }

  async until(condition: (received: string, ended: boolean) => boolean): Promise<string> {
    while (!condition(this.received, this.ended)) {
      if (this.socket.destroyed) throw new Error(`closed with: ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    return this.received;
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

export interface Seen {
  readonly stream: Stream;
  readonly core: LineCore;
  readonly link: Link<string>;
  readonly reasons: CloseReason[];
  readonly failures: unknown[];
  /** Resolves at the first closed(). */
  readonly over: Promise<CloseReason>;
}

export type OnLine = (line: Line, link: Link<string>, seen: Seen) => void | Promise<void>;

/** A listener of the line protocol, closed with the test. `next()` waits for the next connection. */
export async function serveLines(
  on: OnLine,
  options: Partial<ListenOptions> & { readonly clocks?: Clocks<"line"> } = {},
): Promise<{ listener: TcpListening; next: () => Promise<Seen> }> {
  const arrived: Seen[] = [];
  const waiters: ((seen: Seen) => void)[] = [];
  const listener = await listenTcp(
    { host: "127.0.0.1", port: 0, protocol: "lines", ...options },
    (stream) => {
      const { promise: over, resolve } = withResolvers<CloseReason>();
      const core = new LineCore();
      const reasons: CloseReason[] = [];
      const failures: unknown[] = [];
      const link = drive(
        stream,
        core,
        {
          on: (line, link) => on(line, link, seen),
          closed(reason) {
            reasons.push(reason);
            resolve(reason);
          },
          failed: (error) => void failures.push(error),
        },
        options.clocks ?? clocks.slow,
      );
      const seen: Seen = { stream, core, link, reasons, failures, over };
      const waiter = waiters.shift();
      if (waiter) waiter(seen);
      else arrived.push(seen);
    },
  );
  onTestFinished(async () => {
    await listener.drain(0);
  });
  return {
    listener,
    next: () => {
      const seen = arrived.shift();
      return seen ? Promise.resolve(seen) : new Promise((resolve) => waiters.push(resolve));
    },
  };
}

export function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Asks with a 4 KiB receive buffer and reads nothing; gone when the test is. */
export async function stalled(to: Listener["address"], request: string): Promise<StalledReader> {
  const reader = await stallReader(to, request);
  onTestFinished(() => reader[Symbol.asyncDispose]());
  return reader;
}

/** A few turns of the event loop, through every phase of it. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
