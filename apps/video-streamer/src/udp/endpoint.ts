/** An endpoint that sends datagrams to one machine, to a group or to a network, by the way that was asked for. */
import {
  bindDatagrams,
  castOf,
  SocketError,
  type Address,
  type DatagramPieces,
  type TapPoint,
  type UdpEndpoint,
} from "@socketscope/socket-core";
import type { UdpRoute } from "./target.ts";

/** Receivers whose reports are taken at once. */
const MOST_PEERS = 1000;

type Heed = (octets: Uint8Array, from: Address) => void;

/** `heed`: what comes back. */
export async function bindSender(
  host: string,
  route: UdpRoute,
  protocol: "mpegts" | "rtp" | "rtcp",
  tap: TapPoint,
  heed: Heed = () => undefined,
): Promise<UdpEndpoint<DatagramPieces>> {
  const endpoint = await bindDatagrams(
    { host: route.interface, port: 0, protocol, tap, maxPeers: MOST_PEERS },
    heed,
  );
  const cast = castOf(host);
  if (cast === "multicast") endpoint.sendToGroups({ interface: route.interface, ttl: route.ttl });
  if (cast === "broadcast") endpoint.broadcast(true);
  return endpoint;
}

/**
 * RFC 3550 §11: receivers in a group report to the group, at the port of its reports. Undefined for
 * one machine, and where that address cannot be had: the sender does without.
 */
export async function hearReports(
  host: string,
  port: number,
  route: UdpRoute,
  tap: TapPoint,
  heed: Heed,
): Promise<UdpEndpoint<DatagramPieces> | undefined> {
  if (castOf(host) !== "multicast") return undefined;
  let endpoint: UdpEndpoint<DatagramPieces> | undefined;
  try {
    endpoint = await bindDatagrams(
      { host, port, protocol: "rtcp", tap, reuseAddress: true, maxPeers: MOST_PEERS },
      heed,
    );
    endpoint.join(host, { interface: route.interface });
    return endpoint;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    await endpoint?.[Symbol.asyncDispose]();
    return undefined;
  }
}
