/** A captured packet down to TCP or UDP: link layers that captures have, IPv4 and IPv6. Anything else is nothing to us. */
import { addressOfOctets } from "./ip-address.ts";
import type { FlowAddress } from "../records.ts";

interface Transported {
  readonly from: FlowAddress;
  readonly to: FlowAddress;
  /** What was kept of it. */
  readonly octets: Uint8Array;
  /** Octets that were sent: more than kept where the capture cut packets short. */
  readonly length: number;
}

export interface TcpPacket extends Transported {
  readonly transport: "tcp";
  readonly seq: number;
  readonly ack: number;
  /** As in RFC 9293 §3.1. */
  readonly flags: number;
}

export interface UdpPacket extends Transported {
  readonly transport: "udp";
}

const LINK = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
} as const;
const ETHER = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, serviceVlan: 0x88a8 } as const;

export function readPacket(link: number, octets: Uint8Array): TcpPacket | UdpPacket | undefined {
  const at = ipAt(link, octets);
  if (at === undefined || at >= octets.length) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const version = view.getUint8(at) >> 4;
  if (version === 4) return ipv4(octets, view, at);
  return version === 6 ? ipv6(octets, view, at) : undefined;
}

/** Where the IP head begins. */
function ipAt(link: number, octets: Uint8Array): number | undefined {
  switch (link) {
    case LINK.raw:
    case LINK.ipv4:
    case LINK.ipv6:
      return 0;
    case LINK.null:
    case LINK.loop:
      return 4;
    case LINK.sll:
      return 16;
    case LINK.sll2:
      return 20;
    case LINK.ethernet:
      return behindEthernet(octets);
    default:
      return undefined;
  }
}

function behindEthernet(octets: Uint8Array): number | undefined {
  let at = 12;
  for (let tags = 0; tags < 3 && at + 2 <= octets.length; tags++) {
    const type = ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
    if (type === ETHER.ipv4 || type === ETHER.ipv6) return at + 2;
    if (type !== ETHER.vlan && type !== ETHER.serviceVlan) return undefined;
    at += 4;
  }
  return undefined;
}

function ipv4(octets: Uint8Array, view: DataView, at: number): TcpPacket | UdpPacket | undefined {
  if (octets.length < at + 20) return undefined;
  const head = (view.getUint8(at) & 0x0f) * 4;
  // Offloading leaves the length out; it is what was captured, then.
  const total = view.getUint16(at + 2) || octets.length - at;
  const fragment = view.getUint16(at + 6) & 0x3fff;
  // A fragment has no ports to be found by.
  if (head < 20 || total < head || fragment !== 0) return undefined;
  const from = addressOfOctets(octets.subarray(at + 12, at + 16));
  const to = addressOfOctets(octets.subarray(at + 16, at + 20));
  return transport(octets, view, {
    at: at + head,
    end: at + total,
    protocol: view.getUint8(at + 9),
    from,
    to,
  });
}

const EXTENSIONS = new Set([0, 43, 60]);

function ipv6(octets: Uint8Array, view: DataView, at: number): TcpPacket | UdpPacket | undefined {
  if (octets.length < at + 40) return undefined;
  const length = view.getUint16(at + 4);
  const end = length === 0 ? octets.length : at + 40 + length;
  let protocol = view.getUint8(at + 6);
  let next = at + 40;
  while (EXTENSIONS.has(protocol) && next + 8 <= octets.length) {
    protocol = view.getUint8(next);
    next += (view.getUint8(next + 1) + 1) * 8;
  }
  const from = addressOfOctets(octets.subarray(at + 8, at + 24));
  const to = addressOfOctets(octets.subarray(at + 24, at + 40));
  return transport(octets, view, { at: next, end, protocol, from, to });
}

interface Carried {
  readonly at: number;
  readonly end: number;
  readonly protocol: number;
  readonly from: string;
  readonly to: string;
}

function transport(
  octets: Uint8Array,
  view: DataView,
  { at, end, protocol, from, to }: Carried,
): TcpPacket | UdpPacket | undefined {
  const least = protocol === 6 ? 20 : 8;
  if ((protocol !== 6 && protocol !== 17) || octets.length < at + least) return undefined;
  const ends = {
    from: { host: from, port: view.getUint16(at) },
    to: { host: to, port: view.getUint16(at + 2) },
  };
  const head = protocol === 6 ? (view.getUint8(at + 12) >> 4) * 4 : 8;
  const length = end - at - head;
  if (head < least || length < 0) return undefined;
  // What stands behind the packet's end is Ethernet's padding.
  const kept = octets.subarray(at + head, Math.min(end, octets.length));
  const carried = { ...ends, octets: kept, length };
  if (protocol === 17) return { transport: "udp", ...carried };
  return {
    transport: "tcp",
    ...carried,
    seq: view.getUint32(at + 4),
    ack: view.getUint32(at + 8),
    flags: view.getUint8(at + 13),
  };
}
