/** Datagrams as they are, of no protocol: what comes in is handed on, what goes out goes as it is. */
import type { Core, Input } from "@socketscope/wire";
import type { Address } from "./flow.ts";
import { bindUdp, type UdpEndpoint, type UdpOptions } from "./udp.ts";

interface Datagram {
  readonly octets: Uint8Array;
}

/** Of one datagram. */
export type DatagramPieces = Uint8Array | readonly Uint8Array[];

class PlainDatagrams implements Core<Datagram, DatagramPieces> {
  readonly waitingFor = "us";
  readonly state = "open";
  readonly #came: Datagram[] = [];

  receive(input: Input): void {
    if (typeof input !== "string") this.#came.push({ octets: input });
  }

  next(): Datagram | "need-data" {
    return this.#came.shift() ?? "need-data";
  }

  send(pieces: DatagramPieces): DatagramPieces {
    return pieces;
  }

  unread(): Uint8Array {
    return new Uint8Array();
  }
}

export interface DatagramOptions extends Omit<UdpOptions, "idleMs" | "maxPeers"> {
  /** Default 60,000. */
  readonly idleMs?: number;
  /** Default 64. */
  readonly maxPeers?: number;
}

/** Rejects with SocketError when the address cannot be had. */
export function bindDatagrams(
  { idleMs = 60_000, maxPeers = 64, ...options }: DatagramOptions,
  on: (octets: Uint8Array, from: Address) => void,
): Promise<UdpEndpoint<DatagramPieces>> {
  return bindUdp<Datagram, DatagramPieces>(
    { ...options, idleMs, maxPeers },
    () => new PlainDatagrams(),
    ({ octets }, from) => on(octets, from),
  );
}
