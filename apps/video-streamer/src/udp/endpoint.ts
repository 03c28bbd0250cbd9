/** Datagrams as they are: what a sender and a receiver of MPEG-TS need of an endpoint. */
import { bindUdp, type Address, type TapPoint, type UdpEndpoint } from "@socketscope/socket-core";
import type { Core, Input } from "@socketscope/wire";
import { castOf, type UdpRoute } from "./target.ts";

export interface CameIn {
  readonly octets: Uint8Array;
}

export type Pieces = readonly Uint8Array[];

class PlainDatagrams implements Core<CameIn, Pieces> {
  readonly waitingFor = "us";
  readonly state = "open";
  readonly #came: CameIn[] = [];

  receive(input: Input): void {
    if (typeof input !== "string") this.#came.push({ octets: input });
  }

  next(): CameIn | "need-data" {
    return this.#came.shift() ?? "need-data";
  }

  send(pieces: Pieces): Pieces {
    return pieces;
  }

  unread(): Uint8Array {
    return new Uint8Array();
  }
}

export interface DatagramOptions {
  readonly host: string;
  readonly port: number;
  /** For the tap. */
  readonly protocol: "mpegts" | "rtp" | "rtcp";
  readonly tap: TapPoint;
  /** Several listen to one group. */
  readonly shared?: boolean;
}

/** Senders of one address; more are dropped. */
const PEERS = 64;
/** Milliseconds after which a silent one is forgotten. */
const IDLE = 60_000;

export function bindDatagrams(
  { host, port, protocol, tap, shared = false }: DatagramOptions,
  on: (octets: Uint8Array, from: Address) => void,
): Promise<UdpEndpoint<Pieces>> {
  return bindUdp<CameIn, Pieces>(
    { host, port, protocol, tap, reuseAddress: shared, idleMs: IDLE, maxPeers: PEERS },
    () => new PlainDatagrams(),
    ({ octets }, from) => on(octets, from),
  );
}

/** An endpoint that sends to `host` by that route. */
export async function bindSender(
  host: string,
  route: UdpRoute,
  protocol: "mpegts" | "rtp" | "rtcp",
  tap: TapPoint,
): Promise<UdpEndpoint<Pieces>> {
  const endpoint = await bindDatagrams({ host: route.interface, port: 0, protocol, tap }, () => undefined);
  const cast = castOf(host);
  if (cast === "multicast") endpoint.sendToGroups({ interface: route.interface, ttl: route.ttl });
  if (cast === "broadcast") endpoint.broadcast(true);
  return endpoint;
}
