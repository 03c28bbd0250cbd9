/**
 * RFC 3659 §7: the facts of MLST and MLSD, `fact=value;fact=value; name`, parsed and formatted side by side, and the
 * times of §2.3. Names of facts are compared without case; a fact that is not known is kept.
 */
import { decodeText, oneLine } from "./replies.ts";

/** What we can tell, in the order in which it is told. */
export const factNames = [
  "type",
  "size",
  "modify",
  "perm",
  "unique",
  "UNIX.mode",
  "UNIX.owner",
  "UNIX.group",
] as const;

export type FactName = (typeof factNames)[number];

/** RFC 3659 §7.8: on unless OPTS MLST says otherwise. */
export const defaultFacts: readonly FactName[] = [
  "type",
  "size",
  "modify",
  "perm",
  "unique",
  "UNIX.mode",
  "UNIX.owner",
  "UNIX.group",
];

/** Values as they are sent; a fact that one does not know is left out. */
export type Facts = { readonly [Name in FactName]?: string };

/** `type=file;size=12; name`. Without the line's end. */
export function formatFacts(facts: Facts, name: string, selected: readonly FactName[]): string {
  let line = "";
  for (const fact of factNames) {
    const value = facts[fact];
    // RFC 3659 §7.2: SCHAR in a value, which is everything but CR, LF and NUL; a semicolon would end it.
    if (value !== undefined && selected.includes(fact))
      line += `${fact}=${oneLine(value).replaceAll(";", "?")};`;
  }
  return `${line} ${oneLine(name)}`;
}

export interface FactsLine {
  /** By name in lower case. */
  readonly facts: ReadonlyMap<string, string>;
  readonly name: string;
}

/** Where the parts of a line of facts are: one parser for the client and the dissector. Undefined when it is none. */
export function scanFacts(
  octets: Uint8Array,
  from = 0,
  to = octets.length,
):
  | {
      readonly facts: readonly { readonly from: number; readonly equals: number; readonly to: number }[];
      readonly name: number;
    }
  | undefined {
  const facts: { from: number; equals: number; to: number }[] = [];
  let at = from;
  while (at < to && octets[at] !== 32) {
    const end = octets.subarray(0, to).indexOf(59, at);
    if (end < 0) return undefined;
    const equals = octets.subarray(0, end).indexOf(61, at);
    // RFC 3659 §7.2: factname "=" value ";", and only then the blank.
    if (equals <= at || octets.subarray(at, equals).includes(32)) return undefined;
    facts.push({ from: at, equals, to: end + 1 });
    at = end + 1;
  }
  // RFC 3659 §7.2: the name begins behind exactly one blank; it may begin with blanks itself.
  return at < to - 1 ? { facts, name: at + 1 } : undefined;
}

export function parseFacts(octets: Uint8Array): FactsLine | undefined {
  const scanned = scanFacts(octets);
  if (scanned === undefined) return undefined;
  const text = (from: number, to: number): string => decodeText(octets.subarray(from, to));
  const facts = new Map<string, string>();
  for (const { from, equals, to } of scanned.facts) {
    const fact = text(from, equals).toLowerCase();
    if (!facts.has(fact)) facts.set(fact, text(equals + 1, to - 1));
  }
  return { facts, name: text(scanned.name, octets.length) };
}

/** RFC 3659 §2.3: `YYYYMMDDHHMMSS` in UTC of a time in ms since 1970; years 1 to 9999. */
export function formatTime(time: number): string {
  const date = new Date(Math.min(Math.max(time, -62_135_596_800_000), 253_402_300_799_999));
  return date
    .toISOString()
    .slice(0, 19)
    .replaceAll(/[^0-9]/g, "");
}

/** ms since 1970 of a time-val, fraction and all; undefined when there is no such time. */
export function parseTime(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1, 7).map(Number);
  // RFC 3659 §2.3: seconds to 60, a leap second; no clock here knows it.
  const whole = Math.min(seconds, 59);
  if (year < 1 || seconds > 60 || hours > 23 || minutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return undefined;
  const thousandths = found[7] === undefined ? 0 : Math.floor(Number(`0.${found[7]}`) * 1000);
  return date.setUTCHours(hours, minutes, whole, thousandths);
}
