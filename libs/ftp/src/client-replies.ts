/** What a client reads out of the texts of replies: addresses, sizes, times, names, features. Undefined: it is none. */
import { parseFacts, parseTime, type FactsLine } from "./facts.ts";
import type { DataAddress } from "./grammar.ts";
import { encodeText, type Reply } from "./replies.ts";

/**
 * 227 (RFC 959 §4.1.2). RFC 1123 §4.1.2.6: the text around the numbers differs from server to server, so that they are
 * looked for.
 */
export function parsePassive({ lines }: Reply): DataAddress | undefined {
  const found = /(?<!\d)(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})(?!\d)/.exec(
    lines.join(" "),
  );
  const numbers = found?.slice(1).map(Number) ?? [];
  if (numbers.length === 0 || numbers.some((number) => number > 255)) return undefined;
  const [high = 0, low = 0] = numbers.slice(4);
  const port = high * 256 + low;
  return port === 0 ? undefined : { host: numbers.slice(0, 4).join("."), port };
}

/** 229 (RFC 2428 §3): `(|||port|)` with any delimiter; the address is the control connection's. */
export function parseExtendedPassive({ lines }: Reply): number | undefined {
  const found = /\(([\x21-\x7e])\1\1(\d{1,5})\1\)/.exec(lines.join(" "));
  const port = Number(found?.[2] ?? 0);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** 257 (RFC 959 App. II): a pathname in double quotes, a quote in it doubled. */
export function parseQuotedPath({ lines }: Reply): string | undefined {
  const found = /^[^"]*"((?:[^"]|"")*)"/.exec(lines[0] ?? "");
  return found?.[1]?.replaceAll('""', '"');
}

/** 213 to SIZE (RFC 3659 §4.1): octets. */
export function parseSize({ lines }: Reply): number | undefined {
  const found = /^\s*(\d{1,15})\s*$/.exec(lines[0] ?? "");
  return found === null ? undefined : Number(found[1]);
}

/** 213 to MDTM (RFC 3659 §3.1): ms since 1970. */
export function parseModified({ lines }: Reply): number | undefined {
  return parseTime((lines[0] ?? "").trim());
}

/** 250 to MLST (RFC 3659 §7.2): the line between the first and the last. */
export function parseDescribed({ lines }: Reply): FactsLine | undefined {
  const line = lines[1];
  // ReplyReader has taken one blank off; some servers send none.
  return lines.length < 3 || line === undefined ? undefined : parseFacts(encodeText(line));
}

/** RFC 2389 §3.2: what FEAT answered, as far as a client goes by it. */
export interface FtpFeatures {
  /** Names in upper case, with their parameters. */
  readonly names: ReadonlyMap<string, string>;
  /** RFC 3659 §7: MLST, MLSD and MLST's facts, lower case; those on by default have their star in `names`. */
  readonly facts: readonly string[];
  /** RFC 4217 §3: AUTH TLS. */
  readonly authTls: boolean;
}

export const noFeatures: FtpFeatures = { names: new Map(), facts: [], authTls: false };

/** Names kept; a server has some thirty. */
const MAX_FEATURES = 500;

export function parseFeatures({ code, lines }: Reply): FtpFeatures {
  if (code !== 211) return noFeatures;
  const names = new Map<string, string>();
  for (const line of lines.slice(1, -1).slice(0, MAX_FEATURES)) {
    const [, name, parameters = ""] = /^\s*(?:211-)?([!-~]+)(?: (.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = names.get(name.toUpperCase());
    // One line each for AUTH SSL and AUTH TLS is as usual as both in one.
    names.set(name.toUpperCase(), known === undefined ? parameters.trim() : `${known};${parameters.trim()}`);
  }
  const facts = (names.get("MLST") ?? "")
    .split(";")
    .map((fact) => fact.replace("*", "").trim().toLowerCase())
    .filter((fact) => fact !== "");
  return { names, facts, authTls: /(?:^|[;\s])TLS(?:-C)?(?:$|[;\s])/i.test(names.get("AUTH") ?? "") };
}
