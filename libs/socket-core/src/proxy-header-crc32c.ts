/** CRC32C (RFC 3720 appendix B.4, Castagnoli), as the PROXY protocol's TLV 0x03 asks for it. */

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  // 0x82f63b78: the polynomial 0x1EDC6F41 with its bits turned round, since octets enter lowest bit first
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** The checksum as an unsigned 32-bit number. `123456789` in ASCII gives 0xe3069283. */
export function crc32c(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) crc = (crc >>> 8) ^ (table[(crc ^ octet) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
