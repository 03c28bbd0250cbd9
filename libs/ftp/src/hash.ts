/** HASH, as its Internet-Draft (draft-bryan-ftpext-hash) and the servers that have it agree: names, and the reply's form. */

export const hashAlgorithms = ["SHA-256", "SHA-512", "SHA-1", "MD5"] as const;

export type HashAlgorithm = (typeof hashAlgorithms)[number];

export function parseHashAlgorithm(text: string): HashAlgorithm | undefined {
  const name = text.toUpperCase();
  return hashAlgorithms.find((algorithm) => algorithm === name);
}

/** `SHA-256 0-11 a948… hello.txt`, the text of a 213: the octets from the first up to the one behind the last. */
export function formatHash(
  algorithm: HashAlgorithm,
  from: number,
  to: number,
  hex: string,
  path: string,
): string {
  return `${algorithm} ${from}-${to} ${hex} ${path}`;
}
