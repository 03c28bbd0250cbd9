/** Paths of a home as paths of a URL. Names are octets, so what is no UTF-8 comes back as it went out. */
import { removeDotSegments } from "@socketscope/http";
import { decodeName, encodeName } from "@socketscope/wire";

/** RFC 3986 §3.3: what stands in a segment as it is. */
const PLAIN = /[\w.~!$&'()*+,;=:@-]/;

export function segment(name: string): string {
  let text = "";
  for (const octet of encodeName(name) ?? []) {
    const letter = String.fromCharCode(octet);
    text +=
      octet < 0x80 && PLAIN.test(letter) ? letter : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

export function webPath(path: string): string {
  return path.split("/").map(segment).join("/");
}

/** Undefined for an escape that is none, or a name with "/" or NUL in it. `..` stays below the first slash. */
export function fromWebPath(text: string): string | undefined {
  const names = text.split("/").map(fromSegment);
  return names.includes(undefined) ? undefined : removeDotSegments(names.join("/"));
}

export function fromSegment(text: string): string | undefined {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "%") {
      octets.push(text.charCodeAt(at) & 0xff);
      continue;
    }
    const code = /^[0-9a-f]{2}/i.exec(text.slice(at + 1, at + 3));
    if (code === null) return undefined;
    octets.push(Number.parseInt(code[0], 16));
    at += 2;
  }
  if (octets.includes(0) || octets.includes(0x2f)) return undefined;
  return decodeName(Uint8Array.from(octets));
}

/** A name for people: what ends a line, turns the writing round or is no character is shown as U+FFFD. */
export function shown(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
