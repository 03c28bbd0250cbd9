/**
 * RFC 5321 §4.1.2, RFC 6531 §3.3: paths, domains and address literals, read from the text of a command and checked
 * before they are written into one. Source routes are taken and left out (§4.1.1.3); comments and obsolete forms are not.
 */
import { utf8Length } from "@socketscope/wire";

/** Octets, RFC 5321 §4.5.3.1.1 and .2, and of a whole path .3 less its brackets. */
const LOCAL_PART = 64;
const DOMAIN = 255;
const PATH = 254;

/** ASCII's atext (RFC 5322 §3.2.3), and with SMTPUTF8 everything outside of ASCII. */
const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u{80}-\u{10ffff}]+$/u;
const LABEL =
  /^[A-Za-z0-9_\u{80}-\u{10ffff}](?:[A-Za-z0-9_\-\u{80}-\u{10ffff}]*[A-Za-z0-9_\u{80}-\u{10ffff}])?$/u;

export interface ParsedPath {
  /** Without brackets and source route; "" for `<>`. */
  readonly address: string;
  /** What stands behind the path: parameters, with the blank in front. */
  readonly rest: string;
}

/** `<a@b> SIZE=1`; undefined when no path is there. Blanks in front are borne with, as every server does. */
export function parsePath(text: string): ParsedPath | undefined {
  const trimmed = text.startsWith(" ") ? text.replace(/^ +/, "") : text;
  if (!trimmed.startsWith("<")) return undefined;
  const end = pathEnd(trimmed);
  if (end === undefined) return undefined;
  const inside = withoutRoute(trimmed.slice(1, end));
  const rest = trimmed.slice(end + 1);
  if (inside === undefined || (rest !== "" && !rest.startsWith(" "))) return undefined;
  return { address: inside, rest };
}

/** The closing bracket; one inside of quotes is none. */
function pathEnd(text: string): number | undefined {
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const letter = text[at];
    if (quoted && letter === "\\") at++;
    else if (letter === '"') quoted = !quoted;
    else if (letter === ">" && !quoted) return at;
  }
  return undefined;
}

/** RFC 5321 §4.1.1.3, Appendix C: `@one,@two:joe@three` means `joe@three`. */
function withoutRoute(inside: string): string | undefined {
  if (!inside.startsWith("@")) return inside;
  const colon = inside.indexOf(":");
  const route = colon < 0 ? [] : inside.slice(0, colon).split(",");
  if (!route.every((hop) => hop.startsWith("@") && isDomain(hop.slice(1))) || route.length === 0)
    return undefined;
  return inside.slice(colon + 1);
}

/** Most are of this kind, and one look is enough; what is not is looked at piece by piece. */
const PLAIN_MAILBOX =
  /^(?=.{3,254}$)(?=[^@]{1,64}@)[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*@[^\W_]{1,63}(?:\.[^\W_]{1,63})*$/;

/** `local-part@domain`, of a length that every host takes. */
export function isMailbox(address: string): boolean {
  if (PLAIN_MAILBOX.test(address)) return true;
  const at = address.lastIndexOf("@");
  if (at < 1 || utf8Length(address) > PATH) return false;
  return isLocalPart(address.slice(0, at)) && isDomainOrLiteral(address.slice(at + 1));
}

export function isLocalPart(text: string): boolean {
  if (utf8Length(text) > LOCAL_PART) return false;
  if (text.startsWith('"')) return isQuoted(text);
  return text.split(".").every((atom) => ATOM.test(atom));
}

/** RFC 5321 §4.1.2: `"` *QcontentSMTP `"`. */
function isQuoted(text: string): boolean {
  return /^"(?:[ !#-[\]-~\u{80}-\u{10ffff}]|\\[ -~])*"$/u.test(text);
}

/** A trailing dot is none of a domain in mail; "_" is not in the grammar and in use. */
export function isDomain(text: string): boolean {
  if (text === "" || utf8Length(text) > DOMAIN) return false;
  return text.split(".").every((label) => utf8Length(label) <= 63 && LABEL.test(label));
}

/** RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:2001:db8::1]`, or a tag that somebody has registered. */
export function isAddressLiteral(text: string): boolean {
  const inside = /^\[([^[\]\\\s]+)\]$/.exec(text)?.[1];
  if (inside === undefined || inside.length > DOMAIN) return false;
  if (/^\d/.test(inside)) return isIpv4(inside);
  if (/^IPv6:/i.test(inside)) return isIpv6(inside.slice("IPv6:".length));
  return /^[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+$/.test(inside);
}

export function isDomainOrLiteral(text: string): boolean {
  return text.startsWith("[") ? isAddressLiteral(text) : isDomain(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1)?.at(-1);
  const tail = last !== undefined && last.includes(".") ? (isIpv4(last) ? 1 : Number.NaN) : 0;
  const all = groups.flat();
  const hex = tail === 1 ? all.slice(0, -1) : all;
  if (!hex.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  const count = hex.length + tail * 2;
  return halves.length === 2 ? count <= 7 : count === 8;
}

export function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
