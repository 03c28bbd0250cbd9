/** What a byte search looks for, as it is typed: pairs of hex digits, or text with escapes for what no key writes. */
import { encodeUtf8 } from "@socketscope/wire";

/** Octets of one pattern: the rest of a message says nothing more. */
export const MAX_PATTERN = 256;

/** `at`: index of the character of the value that cannot be read. */
export interface PatternFault {
  readonly at: number;
  readonly message: string;
}

/** `0d0a`, `0D 0A`: in hex digits without blanks, as it travels to the server. */
export function readHex(value: string): string | PatternFault {
  const foreign = value.search(/[^\da-f\s]/i);
  if (foreign >= 0) return { at: foreign, message: 'pairs of hex digits: hex:0d0a, hex:"16 03 01"' };
  // A pair is two digits that stand together: "1 603" is not "16 03".
  for (const { index, 0: digits } of value.matchAll(/\S+/g))
    if (digits.length % 2 > 0)
      return { at: index + digits.length - 1, message: "an octet is two digits: 0d, not d" };
  return bounded(value.replaceAll(/\s/g, "").toLowerCase());
}

const ESCAPES: Readonly<Record<string, string>> = { r: "0d", n: "0a", t: "09", "0": "00", "\\": "5c" };

/** `RCPT TO`, `\r\n.\r\n`, `\xff\x01`: text as UTF-8, its case counts; as hex digits. */
export function readRaw(value: string): string | PatternFault {
  let hex = "";
  for (const { index, 0: whole, 1: escape } of value.matchAll(/\\(x[\da-f]{2}|.?)|[^\\]+/gisu)) {
    if (escape === undefined) hex += hexOf(encodeUtf8(whole));
    else if (escape.length === 3) hex += escape.slice(1).toLowerCase();
    else if (ESCAPES[escape] === undefined)
      return { at: index, message: String.raw`after \ there may be r, n, t, 0, \ or x and two hex digits` };
    else hex += ESCAPES[escape];
  }
  return bounded(hex);
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function bounded(hex: string): string | PatternFault {
  if (hex === "") return { at: 0, message: "at least one octet" };
  if (hex.length / 2 > MAX_PATTERN) return { at: 0, message: `${MAX_PATTERN} octets at most` };
  return hex;
}
