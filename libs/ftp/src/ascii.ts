/**
 * RFC 959 §3.1.1.1: TYPE A. On the way a line ends in CRLF, on our side in LF. Each way is the other's inverse, so that
 * what was fetched and stored again is the same file: a CR that stands before a LF in a file is sent as CR CR LF.
 */

const CR = 13;
const LF = 10;
const LINE_END = Uint8Array.of(CR, LF);

/** Ours → the network's. No state: it does not matter how the octets are cut. */
export function toNetwork(octets: Uint8Array): Uint8Array {
  const ends = countLf(octets);
  if (ends === 0) return octets;
  const out = new Uint8Array(octets.length + ends);
  let at = 0;
  let from = 0;
  for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF, from)) {
    out.set(octets.subarray(from, end), at);
    out.set(LINE_END, at + end - from);
    at += end - from + 2;
    from = end + 1;
  }
  out.set(octets.subarray(from), at);
  return out;
}

/** How much longer {@link toNetwork} makes it: SIZE counts octets as they are sent (RFC 3659 §4). */
export function countLf(octets: Uint8Array): number {
  let count = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) count++;
  return count;
}

/** The network's → ours, piece by piece: a CR at a piece's end waits for what follows it. */
export class FromNetwork {
  #held = false;

  push(octets: Uint8Array): Uint8Array {
    if (octets.length === 0) return octets;
    if (!this.#held && !octets.includes(CR)) return octets;
    const out = new Uint8Array(octets.length + 1);
    let length = 0;
    if (this.#held && octets[0] !== LF) out[length++] = CR;
    this.#held = octets[octets.length - 1] === CR;
    const end = this.#held ? octets.length - 1 : octets.length;
    for (let at = 0; at < end; at++) {
      const octet = octets[at] ?? 0;
      if (octet !== CR || octets[at + 1] !== LF) out[length++] = octet;
    }
    return out.subarray(0, length);
  }

  /** The end: a CR that nothing followed. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = false;
    return held ? Uint8Array.of(CR) : new Uint8Array(0);
  }
}
