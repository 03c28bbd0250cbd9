/**
 * IP addresses and networks as octets: RFC 4291 §2.2 (IPv6 text), RFC 4632 §3.1 (prefix notation), RFC 5952 §4
 * (how IPv6 is written back). An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) is the IPv4 address, everywhere.
 * Leaves out: zones mean nothing here and are cut off (`fe80::1%eth0` is `fe80::1`).
 */

/** A network such as `10.0.0.0/8` or `2001:db8::/32`. `octets` is 4 or 16 long; host bits are kept and never looked at. */
export interface Cidr {
  readonly octets: Uint8Array;
  /** 0–32 or 0–128 bits. */
  readonly prefix: number;
}

/** The text is no network. `token` is the piece at fault; the message is one line. */
export class CidrError extends Error {
  override readonly name = "CidrError";
  readonly code = "CIDR_SYNTAX";
  readonly token: string;
  constructor(token: string, why: string) {
    super(`"${token}": ${why}`);
    this.token = token;
  }
}

/** Four octets of a dotted quad, or undefined. `010.0.0.1` is refused: half the world reads it as octal. */
function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const octets: number[] = [];
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    octets.push(value);
  }
  return octets;
}

/** The octets of one side of `::`, or undefined. Only the last group of the whole address may be a dotted quad. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const octets: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (last && index === groups.length - 1 && group.includes(".")) {
      // RFC 4291 §2.2: form 3, x:x:x:x:x:x:d.d.d.d
      const quad = parseIpv4(group);
      if (quad === undefined) return undefined;
      octets.push(...quad);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    octets.push(value >> 8, value & 0xff);
  }
  return octets;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  const [head = "", tail] = halves;
  // RFC 4291 §2.2: "::" can only appear once
  if (halves.length > 2) return undefined;
  if (tail === undefined) {
    const octets = parseGroups(head, true);
    return octets?.length === 16 ? octets : undefined;
  }
  const before = parseGroups(head, false);
  const after = parseGroups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  // RFC 4291 §2.2: "::" stands for one or more groups
  if (missing < 2) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

/** RFC 4291 §2.5.5.2: 80 zero bits, 16 one bits, then the IPv4 address. */
function isMapped(octets: readonly number[]): boolean {
  return octets.every((octet, index) => index >= 12 || octet === (index < 10 ? 0 : 0xff));
}

/** 4 octets (IPv4 and IPv4-mapped) or 16, or undefined where the text is no address. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!text.includes(":")) {
    const quad = parseIpv4(text);
    return quad && Uint8Array.from(quad);
  }
  const zone = text.indexOf("%");
  if (zone === text.length - 1) return undefined;
  const octets = parseIpv6(zone === -1 ? text : text.slice(0, zone));
  if (octets === undefined) return undefined;
  return Uint8Array.from(isMapped(octets) ? octets.slice(12) : octets);
}

/** `192.0.2.1` for 4 octets; for 16 the one canonical form of RFC 5952 §4. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    // RFC 5952 §4.2.2, §4.2.3: never shorten a single group; of equal runs the first
    if (length > best.length) best = { at, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at === -1) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}

/** A network, or a single address without `/`. Throws {@link CidrError}. */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf("/");
  const host = slash === -1 ? text : text.slice(0, slash);
  const octets = parseAddress(host);
  if (octets === undefined || host.includes("%")) throw new CidrError(text, "not an IPv4 or IPv6 network");
  const written = host.includes(":") ? 128 : 32;
  const bits = octets.length * 8;
  if (slash === -1) return { octets, prefix: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > written) {
    throw new CidrError(text, `the prefix length must be 0 to ${written}`);
  }
  const prefix = Number(length) - (written - bits);
  if (prefix < 0) throw new CidrError(text, "an IPv4-mapped network needs a prefix length of 96 or more");
  return { octets, prefix };
}

/** Whether the address lies in the network. An IPv4 address lies in no IPv6 network, not even in `::/0`. */
export function contains(cidr: Cidr, address: Uint8Array): boolean {
  if (cidr.octets.length !== address.length) return false;
  const whole = cidr.prefix >> 3;
  for (let i = 0; i < whole; i++) if (cidr.octets[i] !== address[i]) return false;
  const rest = cidr.prefix & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((cidr.octets[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask);
}

/**
 * Who is counted as one: an IPv4 address, or an IPv6 /64 (RFC 4291 §2.5.4: one subnet, so one household; it
 * holds 2^64 addresses, and a limit for each would limit nobody). `203.0.113.7`, `2001:db8:1:2::/64`.
 */
export function accountOf(address: Uint8Array): string {
  if (address.length === 4) return formatAddress(address);
  const subnet = new Uint8Array(address);
  subnet.fill(0, 8);
  return `${formatAddress(subnet)}/64`;
}
