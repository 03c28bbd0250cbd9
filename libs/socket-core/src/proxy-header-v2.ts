/**
 * PROXY protocol version 2 (haproxy's proxy-protocol.txt §2.2): a binary header before anything else.
 *
 *     12 octets signature | version 2, command | family, transport | length, 2 octets | addresses | TLVs
 *
 * Type-length-values are walked (their lengths must fit) and skipped, but for the checksum, which is verified.
 */
import { LimitError, LocalError, RemoteError } from "@socketscope/wire";
import { formatAddress, parseAddress } from "./cidr.ts";
import type { Address } from "./flow.ts";
import { crc32c } from "./proxy-header-crc32c.ts";
import type { ProxyEvent } from "./proxy-header.ts";

/** `\r\n\r\n\0\r\nQUIT\n`: no text protocol begins like this, and most give up at it. */
export const signatureV2 = Uint8Array.of(
  0x0d,
  0x0a,
  0x0d,
  0x0a,
  0x00,
  0x0d,
  0x0a,
  0x51,
  0x55,
  0x49,
  0x54,
  0x0a,
);

const fixed = 16;
const typeCrc32c = 0x03;

/** Octets of the address block by family nibble; undefined: a value the specification has not assigned. */
const addressBlock: readonly (number | undefined)[] = [0, 12, 36, 216];

function view(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}

/**
 * Octets of the whole header, undefined while more must come. Judges version, command and length as soon as they
 * are there. Throws {@link RemoteError}, and {@link LimitError} above `maxBytes`.
 */
export function lengthV2(octets: Uint8Array, maxBytes: number): number | undefined {
  if (octets.length < fixed) return undefined;
  const versionAndCommand = octets[12] ?? 0;
  // proxy-protocol.txt §2.2: the version must be 2, and commands other than LOCAL and PROXY must be dropped
  if (versionAndCommand >> 4 !== 2) throw new RemoteError("PROXY_VERSION", "the version is not 2");
  if ((versionAndCommand & 0x0f) > 1) throw new RemoteError("PROXY_COMMAND", "neither LOCAL nor PROXY");
  const length = fixed + view(octets).getUint16(14);
  if (length > maxBytes)
    throw new LimitError("PROXY_TOO_LONG", `the header is longer than ${maxBytes} octets`);
  return octets.length < length ? undefined : length;
}

/** Reads one whole header. Throws {@link RemoteError}. */
export function parseV2(octets: Uint8Array): ProxyEvent {
  // proxy-protocol.txt §2.2: LOCAL: use the connection's own ends, discard the block, its family included
  if (((octets[12] ?? 0) & 0x0f) === 0) return { type: "local", version: 2, why: "LOCAL" };
  const family = (octets[13] ?? 0) >> 4;
  const transport = (octets[13] ?? 0) & 0x0f;
  const block = addressBlock[family];
  // proxy-protocol.txt §2.2: receivers must drop what is not assigned
  if (block === undefined || transport > 2)
    throw new RemoteError("PROXY_FAMILY", "unassigned family or transport");
  // with an unspecified family nobody can say where addresses end, so nothing behind it can be read
  if (family === 0) return { type: "local", version: 2, why: "UNSPEC" };
  if (octets.length < fixed + block) throw new RemoteError("PROXY_SHORT", "shorter than its addresses");
  verify(octets, fixed + block);
  if (family === 3) return { type: "local", version: 2, why: "UNIX" };
  if (transport === 0) return { type: "local", version: 2, why: "UNSPEC" };
  const size = family === 1 ? 4 : 16;
  const end = (index: 0 | 1): Address => {
    const host = octets.subarray(fixed + index * size, fixed + (index + 1) * size);
    return { host: formatHost(host), port: view(octets).getUint16(fixed + 2 * size + 2 * index) };
  };
  const kind = transport === 1 ? "stream" : "datagram";
  return { type: "proxied", version: 2, transport: kind, source: end(0), destination: end(1) };
}

/** By way of the text form, so that an IPv4-mapped address becomes the IPv4 address here as everywhere. */
function formatHost(octets: Uint8Array): string {
  const text = formatAddress(octets);
  return formatAddress(parseAddress(text) ?? octets);
}

/** Walks the TLVs and verifies the checksum where there is one. */
function verify(octets: Uint8Array, from: number): void {
  let at = from;
  while (at < octets.length) {
    const value = at + 3;
    const next = value <= octets.length ? value + view(octets).getUint16(at + 1) : Number.POSITIVE_INFINITY;
    if (next > octets.length) throw new RemoteError("PROXY_TLV", "a TLV runs over the end of the header");
    if (octets[at] === typeCrc32c) verifyChecksum(octets, value, next);
    at = next;
  }
}

function verifyChecksum(octets: Uint8Array, from: number, to: number): void {
  // proxy-protocol.txt §2.2.3: computed over the whole header with the checksum's own octets zero
  // a copy by constructor: a Buffer's slice() would be a view, and zero what we compare with
  const blank = new Uint8Array(octets);
  blank.fill(0, from, to);
  if (to - from !== 4 || view(octets).getUint32(from) !== crc32c(blank)) {
    throw new RemoteError("PROXY_CHECKSUM", "the CRC32C does not match");
  }
}

export interface HeaderV2 {
  /** The two ends, or `"local"`: the proxy speaks for itself (a health check). */
  readonly ends: { readonly source: Address; readonly destination: Address } | "local";
  /** Default stream. */
  readonly transport?: "stream" | "datagram";
  readonly tlvs?: readonly { readonly type: number; readonly value: Uint8Array }[];
  /** Adds the checksum as the last TLV. Default false. */
  readonly checksum?: boolean;
}

/** What a proxy sends in front. Throws {@link LocalError} for a host that is no address or TLVs above 65,535 octets. */
export function formatV2(header: HeaderV2): Uint8Array {
  const addresses = header.ends === "local" ? [] : formatEnds(header.ends);
  const tlvs = (header.tlvs ?? []).flatMap(({ type, value }) => [
    type,
    value.length >> 8,
    value.length & 0xff,
    ...value,
  ]);
  const checksum = header.checksum === true ? [typeCrc32c, 0, 4, 0, 0, 0, 0] : [];
  const length = addresses.length + tlvs.length + checksum.length;
  if (length > 0xffff)
    throw new LocalError("PROXY_TOO_LONG", "a header holds 65,535 octets after its first 16");
  const family = header.ends === "local" ? 0 : addresses.length === 12 ? 0x10 : 0x20;
  const transport = header.ends === "local" ? 0 : header.transport === "datagram" ? 2 : 1;
  const command = header.ends === "local" ? 0x20 : 0x21;
  const fixedPart = [...signatureV2, command, family | transport, length >> 8, length & 0xff];
  const octets = Uint8Array.of(...fixedPart, ...addresses, ...tlvs, ...checksum);
  if (checksum.length > 0) view(octets).setUint32(octets.length - 4, crc32c(octets));
  return octets;
}

function formatEnds(ends: { readonly source: Address; readonly destination: Address }): number[] {
  const hosts = [ends.source, ends.destination].map(({ host }) => {
    const octets = parseAddress(host);
    if (octets === undefined) throw new LocalError("PROXY_ADDRESS", `"${host}" is no IP address`);
    return octets;
  });
  const short = hosts.every((host) => host.length === 4);
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
  const written = hosts.flatMap((host) => (host.length === 4 && !short ? [...mapped, ...host] : [...host]));
  return [
    ...written,
    ...[ends.source.port, ends.destination.port].flatMap((port) => [port >> 8, port & 0xff]),
  ];
}
