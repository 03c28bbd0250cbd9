/**
 * PROXY protocol version 1 (haproxy's proxy-protocol.txt §2.1): one line of ASCII, before anything else.
 *
 *     PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n        PROXY UNKNOWN\r\n
 */
import { LimitError, RemoteError } from "@socketscope/wire";
import { formatAddress, parseAddress } from "./cidr.ts";
import type { Address } from "./flow.ts";
import type { ProxyEvent } from "./proxy-header.ts";

/** proxy-protocol.txt §2.1: the longest line there can be, its CRLF included. Not an option: the protocol fixes it. */
export const maxLineV1 = 107;

const LF = 0x0a;
const CR = 0x0d;

/** Octets of the whole header, undefined while more may come. Throws {@link LimitError} past 107 octets. */
export function lengthV1(octets: Uint8Array): number | undefined {
  const at = octets.subarray(0, maxLineV1).indexOf(LF);
  if (at !== -1) return at + 1;
  if (octets.length >= maxLineV1) {
    throw new LimitError("PROXY_LINE_TOO_LONG", `no end of line within ${maxLineV1} octets`);
  }
  return undefined;
}

function parsePort(text: string): number | undefined {
  // proxy-protocol.txt §2.1: "Heading zeroes are not permitted"
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function parseEnd(family: string, host: string, port: string): Address | undefined {
  const octets = host.includes("%") ? undefined : parseAddress(host);
  const number = parsePort(port);
  if (octets === undefined || number === undefined) return undefined;
  if ((family === "TCP6") !== host.includes(":")) return undefined;
  return { host: formatAddress(octets), port: number };
}

/** Reads one whole line, CRLF included. Throws {@link RemoteError}. */
export function parseV1(octets: Uint8Array): ProxyEvent {
  // proxy-protocol.txt §2.1: the line ends in CRLF, a bare LF is not one
  if (octets.at(-2) !== CR) throw new RemoteError("PROXY_BARE_LF", "the line does not end in CRLF");
  const line = String.fromCharCode(...octets.subarray(0, -2));
  // proxy-protocol.txt §2.1: after UNKNOWN the receiver ignores anything presented before the CRLF
  if (line === "PROXY UNKNOWN" || line.startsWith("PROXY UNKNOWN ")) {
    return { type: "local", version: 1, why: "UNKNOWN" };
  }
  const [, family = "", from = "", to = "", fromPort = "", toPort = "", ...rest] = line.split(" ");
  const source = parseEnd(family, from, fromPort);
  const destination = parseEnd(family, to, toPort);
  const known = family === "TCP4" || family === "TCP6";
  if (!known || source === undefined || destination === undefined || rest.length > 0) {
    throw new RemoteError("PROXY_LINE", "not PROXY TCP4|TCP6 SOURCE DESTINATION PORT PORT");
  }
  return { type: "proxied", version: 1, transport: "stream", source, destination };
}

/** What a proxy sends in front: `"unknown"` where it has no addresses to tell. */
export function formatV1(
  ends: { readonly source: Address; readonly destination: Address } | "unknown",
): Uint8Array {
  return Uint8Array.from(`${line(ends)}\r\n`, (character) => character.charCodeAt(0));
}

function line(ends: { readonly source: Address; readonly destination: Address } | "unknown"): string {
  if (ends === "unknown") return "PROXY UNKNOWN";
  const source = parseAddress(ends.source.host);
  const destination = parseAddress(ends.destination.host);
  if (source === undefined || destination === undefined) return "PROXY UNKNOWN";
  const ports = `${ends.source.port} ${ends.destination.port}`;
  if (source.length === 4 && destination.length === 4) {
    return `PROXY TCP4 ${formatAddress(source)} ${formatAddress(destination)} ${ports}`;
  }
  // one family a line: an IPv4 end beside an IPv6 one is written IPv4-mapped
  return `PROXY TCP6 ${formatAsIpv6(source)} ${formatAsIpv6(destination)} ${ports}`;
}

function formatAsIpv6(octets: Uint8Array): string {
  return octets.length === 4 ? `::ffff:${formatAddress(octets)}` : formatAddress(octets);
}
