/** From an origin to an open connection: its name, TCP to the first address that answers (RFC 8305), TLS. Each is timed. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { asSocketError, connectTcp, SocketError, type Stream, type TapPoint } from "@socketscope/socket-core";
import type { Origin } from "./client-origin.ts";

export interface DialOptions {
  /** Milliseconds for name and TCP together. */
  readonly connectMs: number;
  readonly tlsMs: number;
  /** Milliseconds a peer may leave what we send untaken. */
  readonly writeStallMs: number;
  readonly tls: ClientTls;
  /** The addresses of a name, the best first. Default: the system's. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly tap?: TapPoint | undefined;
  /** A UNIX socket, whatever the URL's host says. */
  readonly socketPath?: string | undefined;
}

export interface ClientTls {
  /** PEM of the authorities trusted instead of the system's. */
  readonly ca?: string;
  /** The name to ask for and verify instead of the URL's. */
  readonly servername?: string;
  /** False: no certificate is verified. Default true. */
  readonly verify?: boolean;
}

/** On the clock of `performance.now()`; undefined: there was no such step. */
export interface DialTimes {
  name: number | undefined;
  connect: number | undefined;
  tls: number | undefined;
}

/** RFC 8305 §5: milliseconds after which the next address is tried beside the one that does not answer. */
const ATTEMPT_DELAY_MS = 250;

/** Addresses of one name that are tried. */
const MAX_ADDRESSES = 8;

/** Fills `times` as it goes, so that a failure shows how far it came. Rejects with SocketError. */
export async function dial(origin: Origin, options: DialOptions, times: DialTimes): Promise<Stream> {
  const { hostname, port, secure } = origin;
  const deadline = performance.now() + options.connectMs;
  const { socketPath } = options;
  const isName = socketPath === undefined && isIP(hostname) === 0;
  const addresses = isName ? await named(hostname, options) : [hostname];
  if (isName) times.name = performance.now();
  const stream = await firstOf(addresses.slice(0, MAX_ADDRESSES), (host) =>
    connectTcp({
      host,
      port,
      ...(socketPath !== undefined && { path: socketPath }),
      protocol: "http",
      timeout: Math.max(deadline - performance.now(), 1),
      // The handshake's clock is ours; the stream's own only must not run out before it.
      limits: { writeStallMs: options.writeStallMs, handshakeMs: 2 * options.tlsMs },
      ...(options.tap && { tap: options.tap }),
    }),
  );
  times.connect = performance.now();
  if (secure) {
    await handshake(stream, origin, options);
    times.tls = performance.now();
    stream.speaks("http");
  }
  return stream;
}

export async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function named(name: string, { resolve, connectMs }: DialOptions): Promise<readonly string[]> {
  const found = await within(
    connectMs,
    `looking up ${name}`,
    resolve(name).catch((error: unknown) => {
      throw asSocketError(error, `looking up ${name}`);
    }),
  );
  if (found.length === 0)
    throw new SocketError("NAME_NOT_FOUND", `looking up ${name}: the name has no address`);
  return found;
}

async function handshake(stream: Stream, { hostname }: Origin, { tls, tlsMs }: DialOptions): Promise<void> {
  const { servername = hostname, ...trust } = tls;
  try {
    await within(
      tlsMs,
      `TLS with ${servername}`,
      stream.secureWith({ ...trust, servername, alpn: ["http/1.1"] }),
    );
  } catch (error) {
    stream.destroy(error instanceof SocketError && error.code === "TIMED_OUT" ? "timeout" : "io");
    throw error;
  }
}

/** What comes too late is forgotten. */
async function within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SocketError("TIMED_OUT", `${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 8305 §5: one after the other, overlapping when one is slow; the first to answer is taken, the others are closed. */
function firstOf(addresses: readonly string[], open: (address: string) => Promise<Stream>): Promise<Stream> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let running = 0;
    let done = false;
    let reason: unknown;
    let timer: NodeJS.Timeout | undefined;
    const attempt = (): void => {
      clearTimeout(timer);
      const address = addresses[next++];
      if (address === undefined) return;
      running++;
      open(address).then(opened, failed);
      if (next < addresses.length) timer = setTimeout(attempt, ATTEMPT_DELAY_MS);
    };
    const opened = (stream: Stream): void => {
      if (done) stream.destroy("we-ended");
      else resolve(stream);
      done = true;
      clearTimeout(timer);
    };
    const failed = (error: unknown): void => {
      running--;
      reason ??= error;
      if (done) return;
      if (next < addresses.length) attempt();
      else if (running === 0) reject(asSocketError(reason, "connecting"));
    };
    attempt();
  });
}
