/** Where datagrams go or come from: `udp://239.1.1.1:5004`, and what may be there without being asked for twice. */
import { isIPv4, isIPv6 } from "node:net";
import { UsageError } from "@socketscope/host";
import { castOf } from "@socketscope/socket-core";

export interface UdpTarget {
  /** Of the channel. */
  readonly name: string;
  readonly scheme: "udp" | "rtp";
  /** A literal address. */
  readonly host: string;
  readonly port: number;
  /** The port of RTP's reports. Undefined: the next one (RFC 3550 §11). */
  readonly reports?: number;
}

export interface UdpRoute {
  /** An interface by its address. */
  readonly interface: string;
  /** Routers a datagram to a group may pass, plus one. */
  readonly ttl: number;
  /** Datagrams may go to broadcast addresses. */
  readonly broadcast: boolean;
}

/** `demo=rtp://239.1.1.1:5004?rtcpport=6000`, as ffmpeg writes it. Undefined for a text that is none. */
export function parseTarget(text: string, schemes: readonly ("udp" | "rtp")[]): UdpTarget | undefined {
  const [, name, scheme, six, four, port, said] =
    /^([\w-]{1,64})=(udp|rtp):\/\/(?:\[([^\]]+)\]|([^:/[\]]+)):(\d{1,5})\/?(?:\?rtcpport=(\d{1,5}))?$/.exec(
      text,
    ) ?? [];
  const host = six ?? four ?? "";
  const known = schemes.find((one) => one === scheme);
  if (name === undefined || known === undefined || !(six === undefined ? isIPv4(host) : isIPv6(host)))
    return undefined;
  const target: UdpTarget = {
    name,
    scheme: known,
    host,
    port: Number(port),
    ...(said !== undefined && { reports: Number(said) }),
  };
  if (known === "udp" && said !== undefined) return undefined;
  const ports = known === "rtp" ? [target.port, reportsPortOf(target)] : [target.port];
  return ports.every((number) => number >= 1 && number <= 65_535) ? target : undefined;
}

/** RFC 3550 §11: the next one, unless another was said. */
export function reportsPortOf({ port, reports }: UdpTarget): number {
  return reports ?? port + 1;
}

export function urlOf({ scheme, host, port, reports }: UdpTarget): string {
  const query = reports === undefined ? "" : `?rtcpport=${reports}`;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${query}`;
}

/** Throws UsageError for a way that was not asked for. */
export function checkRoute(target: UdpTarget, route: UdpRoute): void {
  const cast = castOf(target.host);
  const refuse = (why: string): never => {
    throw new UsageError("USAGE_BAD_VALUE", `${urlOf(target)}: ${why}`);
  };
  if (cast === "broadcast" && !route.broadcast)
    refuse("a broadcast address reaches every machine on its network; say --broadcast if you mean it");
  if (target.host.includes(":") !== route.interface.includes(":"))
    refuse(`it is of another IP version than the interface ${route.interface}; say --interface A`);
  const loopback = isLoopback(target.host);
  if (cast !== "multicast" && !loopback && isLoopback(route.interface))
    refuse("it leaves this machine; say by which interface: --interface A");
}

function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}
