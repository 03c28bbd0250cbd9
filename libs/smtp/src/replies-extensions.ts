/** RFC 5321 §4.1.1.1: what a server says to EHLO. Keywords we do not know are kept: `verify` shows them. */
import type { Reply } from "./envelope.ts";

export interface Extensions {
  /** What the server calls itself, as it wrote it; "" when it says nothing. */
  readonly domain: string;
  /** RFC 2920. */
  readonly pipelining: boolean;
  /** RFC 1870: octets of a message; Infinity: offered without a fixed maximum; undefined: not offered. */
  readonly size: number | undefined;
  /** RFC 6152. */
  readonly eightBitMime: boolean;
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
  /** RFC 3030. */
  readonly chunking: boolean;
  /** RFC 2034. */
  readonly enhancedStatusCodes: boolean;
  /** RFC 3461. */
  readonly dsn: boolean;
  /** RFC 3207. */
  readonly startTls: boolean;
  /** RFC 4954: names of SASL mechanisms in capitals, in the server's order; none: AUTH is not offered. */
  readonly auth: readonly string[];
  /** Each keyword in capitals, with its parameters as they were written. */
  readonly keywords: ReadonlyMap<string, readonly string[]>;
  /** Lines that are no keyword. */
  readonly unreadable: readonly string[];
}

/** What a server has that answered to HELO, or to nothing yet. */
export const noExtensions: Extensions = parseExtensions({ code: 250, lines: [""] });

/** The first line greets, each of the others names an extension. */
export function parseExtensions({ lines }: Reply): Extensions {
  const keywords = new Map<string, readonly string[]>();
  const unreadable: string[] = [];
  for (const line of lines.slice(1)) {
    const [keyword = "", ...parameters] = line.trim().split(/ +/);
    const name = keyword.toUpperCase();
    // smtp-sink ends its list so.
    if (name === "") continue;
    // RFC 5321 §4.1.1.1: `ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")`.
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(name)) unreadable.push(line);
    // The first counts: a line further down cannot take back what one above it offers.
    else if (!keywords.has(name)) keywords.set(name, parameters);
  }
  return {
    domain: /^\S*/.exec(lines[0] ?? "")?.[0] ?? "",
    pipelining: keywords.has("PIPELINING"),
    size: sizeOf(keywords.get("SIZE")),
    eightBitMime: keywords.has("8BITMIME"),
    smtpUtf8: keywords.has("SMTPUTF8"),
    chunking: keywords.has("CHUNKING"),
    enhancedStatusCodes: keywords.has("ENHANCEDSTATUSCODES"),
    dsn: keywords.has("DSN"),
    startTls: keywords.has("STARTTLS"),
    auth: (keywords.get("AUTH") ?? []).map((name) => name.toUpperCase()).filter(isMechanism),
    keywords,
    unreadable,
  };
}

/** RFC 1870 §3: up to 20 digits; 0 and no number at all say that there is no fixed maximum. */
function sizeOf(parameters: readonly string[] | undefined): number | undefined {
  if (parameters === undefined) return undefined;
  const [digits = "0"] = parameters;
  const size = /^\d{1,20}$/.test(digits) ? Number(digits) : 0;
  return size === 0 ? Infinity : size;
}

/** RFC 4422 §3.1: `sasl-mech`. */
function isMechanism(name: string): boolean {
  return /^[A-Z0-9_-]{1,20}$/.test(name);
}
