/** A session of MPEG-TS over RTP, described for players (RFC 8866; RFC 3551 §6). */

export interface SdpSession {
  readonly name: string;
  /** Who sends, and where to: literal addresses. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** Routers a datagram to a group may pass (RFC 8866 §5.7); IPv4 only. */
  readonly ttl: number | undefined;
  /** Any number; the same as long as the session is (RFC 8866 §5.2). */
  readonly id: number;
}

/** Lines end with CR LF (RFC 8866 §5). */
export function formatSdp({ name, from, to, port, ttl, id }: SdpSession): string {
  const family = (address: string): string => (address.includes(":") ? "IP6" : "IP4");
  const lines = [
    "v=0",
    `o=- ${id} 1 IN ${family(from)} ${from}`,
    `s=${name}`,
    `c=IN ${family(to)} ${to}${ttl === undefined || family(to) === "IP6" ? "" : `/${ttl}`}`,
    "t=0 0",
    "a=recvonly",
    `m=video ${port} RTP/AVP 33`,
    "a=rtpmap:33 MP2T/90000",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}
