/**
 * HASH, as its Internet-Draft (draft-bryan-ftpext-hash) and the servers that have it agree: names, and the reply's form.
 * Beside it the older XCRC, XMD5, XSHA …, which no paper describes: the servers that have them take a quoted name and
 * numbers behind it.
 */

export const hashAlgorithms = ["SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32"] as const;

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

export const hashVerbs = {
  XCRC: "CRC32",
  XMD5: "MD5",
  XSHA: "SHA-1",
  XSHA1: "SHA-1",
  XSHA256: "SHA-256",
  XSHA512: "SHA-512",
} as const satisfies Record<string, HashAlgorithm>;

export type HashVerb = keyof typeof hashVerbs;

/** Octets of a file: from the first up to the one before the last. */
export interface HashedRange {
  readonly path: string;
  readonly from: number;
  /** Undefined: the end of the file. */
  readonly to: number | undefined;
}

/**
 * `file name` · `"file name"` · `"file name" TO` · `"file name" FROM TO`. Numbers stand behind a quoted name only: a name may
 * end in them. Undefined: the quote is not closed, or what follows is no range.
 */
export function parseHashedRange(argument: string): HashedRange | undefined {
  if (!argument.startsWith('"')) return { path: argument, from: 0, to: undefined };
  const [, quoted = "", first, second] =
    /^"((?:[^"]|"")+)"(?:,? (\d{1,15}))?(?:,? (\d{1,15}))?$/.exec(argument) ?? [];
  if (quoted === "") return undefined;
  const path = quoted.replaceAll('""', '"');
  const from = second === undefined ? 0 : Number(first);
  const to = second ?? first;
  if (to !== undefined && Number(to) < from) return undefined;
  return { path, from, to: to === undefined ? undefined : Number(to) };
}
