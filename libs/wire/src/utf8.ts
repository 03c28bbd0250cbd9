/**
 * RFC 3629: UTF-8 for places where TextDecoder does not compile or does not say where the fault is. The
 * validator goes on across cuts, so a stream is refused at its first bad octet and not at the message's end.
 */

import { decodeLatin1 } from "./ascii.ts";

/** Checks UTF-8 piece by piece. Overlong forms, surrogates and what lies above U+10FFFF are faults. */
export class Utf8Validator {
  /** Continuation octets still owed to the character in progress. */
  #owed = 0;
  // RFC 3629 §4: E0, ED, F0 and F4 narrow the range of the octet after them.
  #low = 0x80;
  #high = 0xbf;

  /** How many of `octets` are well-formed in this place: less than `octets.length` means the next one is the fault. */
  push(octets: Uint8Array): number {
    for (let i = 0; i < octets.length; i++) {
      const octet = octets[i] ?? 0;
      if (this.#owed > 0) {
        if (octet < this.#low || octet > this.#high) return i;
        this.#owed--;
        this.#low = 0x80;
        this.#high = 0xbf;
      } else if (octet >= 0x80 && !this.#begin(octet)) return i;
    }
    return octets.length;
  }

  /** No character is half said. */
  get complete(): boolean {
    return this.#owed === 0;
  }

  #begin(octet: number): boolean {
    // RFC 3629 §3: C0 and C1 could only begin overlong forms, F5 and above only what Unicode does not have.
    if (octet < 0xc2 || octet > 0xf4) return false;
    this.#owed = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    if (octet === 0xe0) this.#low = 0xa0;
    else if (octet === 0xf0) this.#low = 0x90;
    else if (octet === 0xed) this.#high = 0x9f;
    else if (octet === 0xf4) this.#high = 0x8f;
    return true;
  }
}

export function isUtf8(octets: Uint8Array): boolean {
  const validator = new Utf8Validator();
  return validator.push(octets) === octets.length && validator.complete;
}

/** The text as UTF-8; a surrogate without its partner becomes U+FFFD, as there is no UTF-8 for it (RFC 3629 §3). */
export function encodeUtf8(text: string): Uint8Array {
  return encodeAscii(text) ?? encodeAny(text);
}

/** Most texts; undefined: not this one. */
function encodeAscii(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return undefined;
    octets[i] = code;
  }
  return octets;
}

function encodeAny(text: string): Uint8Array {
  // Three octets a code unit is the most: a pair of units makes four.
  const octets = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) octets[at++] = code;
    else {
      if (code < 0x800) octets[at++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) octets[at++] = 0xe0 | (code >> 12);
        else {
          i++;
          octets[at++] = 0xf0 | (code >> 18);
          octets[at++] = 0x80 | ((code >> 12) & 0x3f);
        }
        octets[at++] = 0x80 | ((code >> 6) & 0x3f);
      }
      octets[at++] = 0x80 | (code & 0x3f);
    }
  }
  return octets.subarray(0, at);
}

/** The text of well-formed UTF-8, or undefined. For short texts (reasons, names); 8 KiB at most are worth it. */
export function decodeUtf8(octets: Uint8Array): string | undefined {
  if (isAsciiOnly(octets)) return decodeLatin1(octets);
  if (!isUtf8(octets)) return undefined;
  let text = "";
  for (let i = 0; i < octets.length; i++) {
    const first = octets[i] ?? 0;
    const owed = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = owed === 0 ? first : first & (0x3f >> owed);
    for (let k = 0; k < owed; k++) code = (code << 6) | ((octets[++i] ?? 0) & 0x3f);
    text += String.fromCodePoint(code);
  }
  return text;
}

function isAsciiOnly(octets: Uint8Array): boolean {
  for (const octet of octets) if (octet > 0x7f) return false;
  return true;
}

/** Octets that `encodeUtf8(text)` would take, without encoding it. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (code >= 0xd800 && code <= 0xdbff && i + 1 < text.length) {
      length += 4;
      i++;
    } else length += 3;
  }
  return length;
}
