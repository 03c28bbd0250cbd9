/** Behind trusted proxies: whom a socket is from, told by its PROXY header before a library sees an octet. */
import type { Socket } from "node:net";
import { contains, parseAddress, parseCidr, type Cidr } from "./cidr.ts";
import type { Address } from "./flow.ts";
import { readProxyHeader } from "./proxy-header-reader.ts";

/** Milliseconds for the header, as our own listener gives it. */
const HEADER_MS = 5000;

export type Named = { readonly remote: Address } | { readonly refused: string };

export class Proxies {
  readonly #networks: readonly Cidr[];
  /** Sockets whose header is still to come. */
  readonly #unnamed = new Set<Socket>();

  /** Throws CidrError. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map(parseCidr);
  }

  /** Calls `then` once: at once for a peer that is no proxy, never after {@link drain}. */
  name(socket: Socket, remote: Address, then: (named: Named) => void): void {
    const octets = this.#networks.length === 0 ? undefined : parseAddress(remote.host);
    if (octets === undefined || !this.#networks.some((network) => contains(network, octets))) {
      then({ remote });
      return;
    }
    this.#unnamed.add(socket);
    readProxyHeader(socket, HEADER_MS, (outcome) => {
      if (!this.#unnamed.delete(socket)) return;
      if ("refused" in outcome) then(outcome);
      else then({ remote: outcome.header.type === "proxied" ? outcome.header.source : remote });
    });
  }

  drain(): void {
    for (const socket of this.#unnamed) {
      this.#unnamed.delete(socket);
      socket.destroy();
    }
  }
}

/** What came in one segment with the header lies in the socket already, where no tap can see it come. */
export function showHeld(socket: Socket, show: (octets: Uint8Array) => void): void {
  if (socket.readableLength === 0) return;
  const held: unknown = socket.read();
  if (!(held instanceof Uint8Array)) return;
  show(held);
  socket.unshift(held);
}
