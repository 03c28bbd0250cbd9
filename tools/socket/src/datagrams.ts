/** `udp`, `hear` and `join`: a line is a datagram, a datagram is shown. */
import { isIPv6 } from "node:net";
import { type HostPort, listenerUrl, UsageError } from "@socketscope/host";
import {
  bindDatagrams,
  castOf,
  TapPoint,
  type Address,
  type DatagramPieces,
  type UdpEndpoint,
} from "@socketscope/socket-core";
import { inspected } from "./inspected.ts";
import type { SocketOptions } from "./options.ts";
import type { Person } from "./talk.ts";

/** Milliseconds for answers after our last datagram, unless `--wait` says otherwise. */
const ANSWERS = 2000;
const PEERS = 256;

export async function sendDatagrams(at: HostPort, person: Person, options: SocketOptions): Promise<void> {
  const cast = castOf(at.host);
  if (cast === "broadcast" && !options.broadcast)
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `udp: ${at.host} reaches every machine on its network; say --broadcast if you mean it`,
    );
  const host = isIPv6(at.host) ? "::" : "0.0.0.0";
  const heard = new Heard(options, person);
  const tap = new TapPoint();
  const from = { host: isLoopback(at.host) ? loopback(at.host) : host, port: 0 };
  await using endpoint = await bind(from, heard, tap);
  using _told = await inspected(options, tap, listenerUrl("udp", endpoint.address));
  heard.begin();
  person.note(`from ${endpoint.address.host}:${endpoint.address.port} to ${at.host}:${at.port}`);
  if (cast === "broadcast") endpoint.broadcast(true);
  if (cast === "multicast")
    endpoint.sendToGroups({
      ttl: options.ttl,
      ...(options.interface !== undefined && { interface: options.interface }),
    });
  for await (const octets of person.messages ?? []) if (!endpoint.send(at, octets)) person.note("dropped");
  await heard.enough(options.wait ?? ANSWERS);
}

/** What comes to a port, or with `join` to a group. */
export async function hear(at: HostPort, person: Person, options: SocketOptions): Promise<void> {
  const heard = new Heard(options, person);
  const tap = new TapPoint();
  await using endpoint = await bind(at, heard, tap, true);
  using _told = await inspected(options, tap, listenerUrl("udp", endpoint.address));
  const { command, source, interface: from } = options;
  if (command === "join") {
    endpoint.join(at.host, {
      ...(source !== undefined && { source }),
      ...(from !== undefined && { interface: from }),
    });
  }
  heard.begin();
  person.note(`${command === "join" ? "joined" : "hearing on"} ${at.host} port ${endpoint.address.port}`);
  await heard.enough(options.wait);
}

function bind(
  at: HostPort,
  heard: Heard,
  tap: TapPoint,
  reuseAddress = false,
): Promise<UdpEndpoint<DatagramPieces>> {
  return bindDatagrams({ ...at, protocol: "raw", tap, reuseAddress, maxPeers: PEERS }, (octets, from) =>
    heard.add(octets, from),
  );
}

/**
 * Shows each datagram, and knows when it was the last one. What comes before it begins is as if nobody had been there yet:
 * an inspector would know nothing of it.
 */
class Heard {
  readonly #options: SocketOptions;
  readonly #person: Person;
  #left: number;
  #last = performance.now();
  #begun = false;
  #done: (() => void) | undefined;

  constructor(options: SocketOptions, person: Person) {
    this.#options = options;
    this.#person = person;
    this.#left = options.count ?? Infinity;
  }

  begin(): void {
    this.#begun = true;
  }

  add(octets: Uint8Array, from: Address): void {
    if (!this.#begun || this.#left <= 0) return;
    this.#last = performance.now();
    this.#person.note(`${octets.length} bytes from ${from.host}:${from.port}`);
    // UDP waits for nobody: a terminal that is behind makes the kernel drop, not us grow.
    this.#person.shown.write(octets);
    if (this.#options.show === "raw" && octets.at(-1) !== 10) this.#person.shown.write(Buffer.from("\n"));
    if (--this.#left <= 0) this.#done?.();
  }

  /** After `count` datagrams, or `silence` milliseconds without one; undefined: however long it takes. */
  async enough(silence: number | undefined): Promise<void> {
    this.#last = performance.now();
    while (this.#left > 0) {
      const left = silence === undefined ? 86_400_000 : this.#last + silence - performance.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, left);
        this.#done = () => {
          // A timer that is left would keep the program for as long.
          clearTimeout(late);
          resolve();
        };
      });
    }
  }
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

function loopback(host: string): string {
  return host === "::1" ? "::1" : "127.0.0.1";
}
