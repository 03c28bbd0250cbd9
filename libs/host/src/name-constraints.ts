/**
 * What the local CA may vouch for, written into its certificate (RFC 5280 §4.2.1.10), so that whoever trusts it on a
 * laptop gives nobody with its key the web: loopback, private networks, `localhost` and `test`, with all under them.
 */
import { type Cidr, contains, parseAddress, parseCidr } from "@socketscope/socket-core";

/** RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3 loopback, RFC 1918, RFC 4193, RFC 4291 §2.5.6. */
const NETWORKS: readonly Cidr[] = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
].map(parseCidr);

/** RFC 6761 §6.2, §6.3: names that no registry will ever sell. */
const DOMAINS: readonly string[] = ["localhost", "test"];

/** Whether the CA may sign for this address or DNS name; it could not make anybody believe another. */
export function mayVouchFor(host: string): boolean {
  const octets = parseAddress(host);
  if (octets !== undefined) return NETWORKS.some((network) => contains(network, octets));
  const name = host.toLowerCase();
  if (!/^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    return false;
  return name.length <= 253 && DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/** The whole extension, DER. Critical: who does not understand it must refuse what the CA signed. */
export function nameConstraintsExtension(): Uint8Array<ArrayBuffer> {
  const subtrees = [
    // RFC 5280 §4.2.1.10: "test" permits test and every name made by adding labels to its left
    ...DOMAINS.map((domain) => tlv(TAG.dnsName, new TextEncoder().encode(domain))),
    // RFC 5280 §4.2.1.10: an address and a mask of the same length, 8 or 32 octets together
    ...NETWORKS.map((network) => tlv(TAG.ipAddress, concat([network.octets, maskOf(network)]))),
  ].map((base) => tlv(TAG.sequence, base)); // minimum is 0, the default, which DER leaves out
  const constraints = tlv(TAG.sequence, tlv(TAG.permittedSubtrees, concat(subtrees)));
  return tlv(TAG.sequence, concat([OID_NAME_CONSTRAINTS, TRUE, tlv(TAG.octetString, constraints)]));
}

/** ITU-T X.690 §8.1.2; the context tags are those of RFC 5280's GeneralName and NameConstraints. */
const TAG = {
  octetString: 0x04,
  sequence: 0x30,
  dnsName: 0x82,
  ipAddress: 0x87,
  permittedSubtrees: 0xa0,
} as const;

/** 2.5.29.30, id-ce-nameConstraints. */
const OID_NAME_CONSTRAINTS = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x1e);
const TRUE = Uint8Array.of(0x01, 0x01, 0xff);

function maskOf(network: Cidr): Uint8Array {
  return network.octets.map((_, index) => {
    const bits = Math.min(Math.max(network.prefix - 8 * index, 0), 8);
    return 0xff & (0xff << (8 - bits));
  });
}

/** Tag, length, value. ITU-T X.690 §8.1.3: up to 127 the length is one octet, above it says first how many it takes. */
function tlv(tag: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = value;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return concat([Uint8Array.from(head), value]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
