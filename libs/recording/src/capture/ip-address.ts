/** IP addresses as octets and back. */

/** 4 or 16 octets; undefined: it is no address. An IPv4 address mapped into IPv6 is IPv4 (RFC 4291 §2.5.5.2). */
export function octetsOfAddress(host: string): Uint8Array | undefined {
  const [address = ""] = host.split("%", 1);
  if (!address.includes(":")) return ipv4(address);
  const [head = "", tail, more] = address.split("::");
  if (more !== undefined) return undefined;
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const octets = Uint8Array.of(...before, ...new Uint8Array(Math.max(0, missing)), ...after);
  return isMapped(octets) ? octets.slice(12) : octets;
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

/** Octets of "2001:db8" and of "ffff:127.0.0.1". */
function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  for (const part of text.split(":")) {
    const four = part.includes(".") ? ipv4(part) : undefined;
    if (four !== undefined) octets.push(...four);
    else if (/^[\da-f]{1,4}$/i.test(part))
      octets.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255);
    else return undefined;
  }
  return octets;
}

function isMapped(octets: Uint8Array): boolean {
  return octets.every((octet, index) => index >= 12 || octet === (index < 10 ? 0 : 0xff));
}

/** RFC 5952 §4: lower case, the longest run of zero groups as "::". */
export function addressOfOctets(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  if (isMapped(octets)) return octets.slice(12).join(".");
  const words: number[] = [];
  for (let at = 0; at < 16; at += 2) words.push(((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && words[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  const hex = (some: readonly number[]): string => some.map((word) => word.toString(16)).join(":");
  if (best.at < 0) return hex(words);
  return `${hex(words.slice(0, best.at))}::${hex(words.slice(best.at + best.length))}`;
}
