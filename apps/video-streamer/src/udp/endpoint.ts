/** An endpoint that sends datagrams to one machine, to a group or to a network, by the way that was asked for. */
import {
  bindDatagrams,
  castOf,
  type DatagramPieces,
  type TapPoint,
  type UdpEndpoint,
} from "@socketscope/socket-core";
import type { UdpRoute } from "./target.ts";

export async function bindSender(
  host: string,
  route: UdpRoute,
  protocol: "mpegts" | "rtp" | "rtcp",
  tap: TapPoint,
): Promise<UdpEndpoint<DatagramPieces>> {
  const endpoint = await bindDatagrams({ host: route.interface, port: 0, protocol, tap }, () => undefined);
  const cast = castOf(host);
  if (cast === "multicast") endpoint.sendToGroups({ interface: route.interface, ttl: route.ttl });
  if (cast === "broadcast") endpoint.broadcast(true);
  return endpoint;
}
