/**
 * Names of files as text and back without loss. On most systems a name is octets, and nobody promises that they are
 * UTF-8: what is not stands in the text as U+DC00 + octet, which no UTF-8 gives (Python's PEP 383 does the same).
 */
import { decodeUtf8, encodeUtf8, Utf8Validator } from "./utf8.ts";

const ESCAPE = 0xdc00;

/** Any octets: `encodeName(decodeName(octets))` is `octets`. */
export function decodeName(octets: Uint8Array): string {
  const whole = decodeUtf8(octets);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < octets.length;) {
    const character = octets.subarray(at, at + characterLength(octets, at));
    text += decodeUtf8(character) ?? String.fromCharCode(ESCAPE + (character[0] ?? 0));
    at += character.length;
  }
  return text;
}

/** How many octets the character there has; 1 where there is none. */
function characterLength(octets: Uint8Array, at: number): number {
  const validator = new Utf8Validator();
  for (let length = 1; length <= 4 && at + length <= octets.length; length++) {
    if (validator.push(octets.subarray(at + length - 1, at + length)) === 0) return 1;
    if (validator.complete) return length;
  }
  return 1;
}

/** The octets of a name; undefined for a surrogate without its partner that stands for no octet. */
export function encodeName(name: string): Uint8Array | undefined {
  if (!/\p{Cs}/u.test(name)) return encodeUtf8(name);
  const octets: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0xd800 || code > 0xdfff) octets.push(...encodeUtf8(character));
    else if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) octets.push(code - ESCAPE);
    else return undefined;
  }
  return Uint8Array.from(octets);
}
