/** `connect` and `listen`. */
import { readFile } from "node:fs/promises";
import { type HostPort, listenerUrl, UsageError } from "@socketscope/host";
import {
  connectTcp,
  listenTcp,
  type CloseReason,
  type Stream,
  TapPoint,
  type TlsClientOptions,
} from "@socketscope/socket-core";
import { inspected } from "./inspected.ts";
import type { SocketOptions } from "./options.ts";
import { talk, type Person } from "./talk.ts";

/** Milliseconds for name, TCP and TLS. */
const CONNECT = 10_000;

export async function connect(at: HostPort, person: Person, options: SocketOptions): Promise<CloseReason> {
  const tls = options.tls ? await tlsOf(at, options) : undefined;
  const stream = await connectTcp({ ...at, protocol: "raw", timeout: CONNECT, ...(tls && { tls }) });
  person.note(`connected: ${tuple(stream)}${tls === undefined ? "" : `, TLS with ${tls.servername}`}`);
  const reason = await talk(stream, person, options);
  person.note(`closed (${reason})`);
  return reason;
}

async function tlsOf(
  { host }: HostPort,
  { servername = host, ca, insecure }: SocketOptions,
): Promise<TlsClientOptions> {
  const authorities =
    ca === undefined
      ? undefined
      : await readFile(ca, "utf8").catch((error: unknown) => {
          throw new UsageError("USAGE_BAD_VALUE", `--ca: cannot read ${ca}`, { cause: error });
        });
  return { servername, verify: !insecure, ...(authorities !== undefined && { ca: authorities }) };
}

/** Takes one connection after the other; input belongs to the first. Resolves after `count` of them (default 1). */
export async function listen(at: HostPort, person: Person, options: SocketOptions): Promise<void> {
  const { count = 1 } = options;
  const waiting: Stream[] = [];
  let arrived: (() => void) | undefined;
  const tap = new TapPoint();
  await using listener = await listenTcp({ ...at, protocol: "raw", maxConnections: 64, tap }, (stream) => {
    waiting.push(stream);
    arrived?.();
  });
  const { host, port } = listener.address;
  using _told = await inspected(options, tap, listenerUrl("tcp", listener.address));
  person.note(`listening on ${host} port ${port}`);
  for (let taken = 0; taken < count; taken++) {
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    const stream = waiting.shift();
    if (stream === undefined) continue;
    person.note(`accepted: ${tuple(stream)}`);
    const reason = await talk(stream, taken === 0 ? person : { ...person, messages: undefined }, options);
    // Who reads that it is over may take the port at once, or find nobody there.
    if (taken === count - 1) await listener.drain(0);
    person.note(`closed (${reason})`);
  }
}

/** Ours → theirs. */
function tuple({ flow: { local, remote } }: Stream): string {
  const end = ({ host, port }: HostPort): string =>
    host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return `${end(local)} → ${end(remote)}`;
}
