/** Bits as H.264 writes its headers (ITU-T H.264 §7.2, §9.1). */

export class BitReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Reads over the end as zeros: {@link exhausted} tells. */
  get exhausted(): boolean {
    return this.#at > 8 * this.#octets.length;
  }

  /** u(n), up to 32. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++)
      value = value * 2 + (((this.#octets[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** ue(v), §9.1. More than 31 leading zeros are no number: it then reads as 2^32 − 1. */
  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && !this.flag()) zeros++;
    return zeros === 32 ? 0xffff_ffff : 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v), §9.1.1. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}

/** §7.4.1: without the 3 that stands in 00 00 03. */
export function withoutEmulation(unit: Uint8Array): Uint8Array {
  const out = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const octet of unit) {
    if (zeros >= 2 && octet === 3) {
      zeros = 0;
      continue;
    }
    zeros = octet === 0 ? zeros + 1 : 0;
    out[length++] = octet;
  }
  return out.subarray(0, length);
}
