/** IP packets around octets of a talk: RFC 791, RFC 8200, RFC 9293, RFC 768, with right checksums. */

export interface Endpoint {
  /** 4 or 16 octets, at both ends the same. */
  readonly address: Uint8Array;
  readonly port: number;
}

export const FLAGS = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

export interface Segment {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly octets: Uint8Array;
  /** IPv4's identification. */
  readonly id: number;
}

const TCP = 6;
const UDP = 17;
const TCP_HEAD = 20;
const UDP_HEAD = 8;
/** Octets that both ends say they can take: more than any segment that waits for its ACK. */
const WINDOW = 65_535;
const HOPS = 64;

export function tcpPacket(from: Endpoint, to: Endpoint, segment: Segment): Uint8Array {
  const { seq, ack, flags, octets, id } = segment;
  const { packet, view, at } = ipPacket(from, to, TCP, TCP_HEAD + octets.length, id);
  view.setUint16(at, from.port);
  view.setUint16(at + 2, to.port);
  view.setUint32(at + 4, seq);
  view.setUint32(at + 8, (flags & FLAGS.ack) === 0 ? 0 : ack);
  view.setUint8(at + 12, (TCP_HEAD / 4) << 4);
  view.setUint8(at + 13, flags);
  view.setUint16(at + 14, WINDOW);
  packet.set(octets, at + TCP_HEAD);
  view.setUint16(at + 16, transportChecksum(packet, at, from, to, TCP));
  return packet;
}

export function udpPacket(from: Endpoint, to: Endpoint, octets: Uint8Array, id: number): Uint8Array {
  const { packet, view, at } = ipPacket(from, to, UDP, UDP_HEAD + octets.length, id);
  view.setUint16(at, from.port);
  view.setUint16(at + 2, to.port);
  view.setUint16(at + 4, UDP_HEAD + octets.length);
  packet.set(octets, at + UDP_HEAD);
  // RFC 768: a checksum that comes out as zero is sent as all ones
  view.setUint16(at + 6, transportChecksum(packet, at, from, to, UDP) || 0xffff);
  return packet;
}

interface Opened {
  readonly packet: Uint8Array;
  readonly view: DataView;
  /** Where the transport's head begins. */
  readonly at: number;
}

function ipPacket(from: Endpoint, to: Endpoint, protocol: number, length: number, id: number): Opened {
  const four = from.address.length === 4;
  const at = four ? 20 : 40;
  const packet = new Uint8Array(at + length);
  const view = new DataView(packet.buffer);
  if (four) {
    view.setUint8(0, 0x45);
    view.setUint16(2, at + length);
    view.setUint16(4, id & 0xffff);
    // RFC 791 §3.1: DF
    view.setUint16(6, 0x4000);
    view.setUint8(8, HOPS);
    view.setUint8(9, protocol);
    packet.set(from.address, 12);
    packet.set(to.address, 16);
    view.setUint16(10, folded(sum(packet, 0, 20)));
  } else {
    view.setUint8(0, 0x60);
    view.setUint16(4, length);
    view.setUint8(6, protocol);
    view.setUint8(7, HOPS);
    packet.set(from.address, 8);
    packet.set(to.address, 24);
  }
  return { packet, view, at };
}

/** RFC 9293 §3.1, RFC 8200 §8.1: over a pseudo header, the head with a zero in place of itself, and the octets. */
function transportChecksum(
  packet: Uint8Array,
  at: number,
  from: Endpoint,
  to: Endpoint,
  protocol: number,
): number {
  const { address } = from;
  const pseudo =
    sum(address, 0, address.length) + sum(to.address, 0, to.address.length) + protocol + (packet.length - at);
  return folded(pseudo + sum(packet, at, packet.length));
}

/** RFC 1071 §1: of 16-bit words; an odd last octet has a zero behind it. */
function sum(octets: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 2)
    total += ((octets[at] ?? 0) << 8) + (at + 1 < to ? (octets[at + 1] ?? 0) : 0);
  return total;
}

function folded(total: number): number {
  let rest = total;
  while (rest > 0xffff) rest = (rest % 0x10000) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}
