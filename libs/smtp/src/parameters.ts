/**
 * The parameters of MAIL and RCPT: SIZE (RFC 1870 §6), BODY (RFC 6152 §3), SMTPUTF8 (RFC 6531 §3.4), RET and ENVID,
 * NOTIFY and ORCPT (RFC 3461 §4), AUTH (RFC 4954 §5). What is not known is refused, as RFC 5321 §4.1.1.11 has it.
 */
import type { MailParameters, Notify, RcptParameters } from "./envelope.ts";

/** Why a parameter cannot be taken; the reply's text. RFC 5321 §4.1.1.11: 555 where it is not known, 501 where it is wrong. */
export interface ParameterFault {
  readonly code: 501 | 555;
  readonly text: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type Reader<T> = (value: string | undefined, into: Mutable<T>) => boolean;

const mailReaders: Readonly<Record<string, Reader<MailParameters>>> = {
  SIZE(value, into) {
    if (value === undefined || !/^\d{1,20}$/.test(value)) return false;
    into.size = Number(value);
    return true;
  },
  BODY(value, into) {
    const body = value?.toUpperCase();
    if (body !== "7BIT" && body !== "8BITMIME") return false;
    into.body = body;
    return true;
  },
  SMTPUTF8(value, into) {
    into.smtputf8 = true;
    return value === undefined;
  },
  RET(value, into) {
    const ret = value?.toUpperCase();
    if (ret !== "FULL" && ret !== "HDRS") return false;
    into.ret = ret;
    return true;
  },
  ENVID(value, into) {
    const envid = value === undefined || value.length > 100 ? undefined : parseXtext(value);
    if (envid === undefined) return false;
    into.envid = envid;
    return true;
  },
  AUTH(value, into) {
    const auth =
      value === undefined || value.length > 500 ? undefined : value === "<>" ? "" : parseXtext(value);
    if (auth === undefined) return false;
    into.auth = auth;
    return true;
  },
};

const rcptReaders: Readonly<Record<string, Reader<RcptParameters>>> = {
  NOTIFY(value, into) {
    const words = (value ?? "").toUpperCase().split(",");
    const known = words.filter(isNotify);
    // RFC 3461 §4.1: NEVER stands alone.
    if (known.length !== words.length || (known.includes("NEVER") && known.length > 1)) return false;
    into.notify = [...new Set(known)];
    return true;
  },
  ORCPT(value, into) {
    const [, addressType, coded] = /^([A-Za-z0-9-]{1,40});(.{1,500})$/.exec(value ?? "") ?? [];
    // RFC 6533 §3: with the type utf-8 an address may stand as it is.
    const address =
      coded === undefined ? undefined : parseXtext(coded, addressType?.toLowerCase() === "utf-8");
    if (addressType === undefined || address === undefined) return false;
    into.orcpt = { addressType, address };
    return true;
  },
};

/** What MAIL and RCPT may carry. */
export const parameterKeywords = {
  MAIL: Object.keys(mailReaders),
  RCPT: Object.keys(rcptReaders),
} as const;

function isNotify(word: string): word is Notify {
  return word === "NEVER" || word === "SUCCESS" || word === "FAILURE" || word === "DELAY";
}

export function parseMailParameters(rest: string): MailParameters | ParameterFault {
  return parseAll(rest, mailReaders, { smtputf8: false });
}

export function parseRcptParameters(rest: string): RcptParameters | ParameterFault {
  return parseAll(rest, rcptReaders, {});
}

export function isFault(parsed: MailParameters | RcptParameters | ParameterFault): parsed is ParameterFault {
  return "text" in parsed;
}

/** `rest` is what stands behind the path. */
function parseAll<T extends object>(
  rest: string,
  readers: Readonly<Record<string, Reader<T>>>,
  into: Mutable<T>,
): T | ParameterFault {
  if (rest === "") return into;
  const seen = new Set<string>();
  for (const word of rest.split(" ")) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const keyword = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    const reader = Object.hasOwn(readers, keyword) ? readers[keyword] : undefined;
    if (reader === undefined) return { code: 555, text: `Parameter not known: ${printable(keyword)}` };
    // RFC 5321 §4.1.1.11 has no rule for two; two that differ would be read differently by two servers.
    if (seen.has(keyword)) return { code: 501, text: `${keyword} stands there twice` };
    seen.add(keyword);
    if (!reader(value, into)) return { code: 501, text: `${keyword} has no value that it may have` };
  }
  return into;
}

/** RFC 3461 §4: `+41` is "A". Undefined where it is none. `utf8`: letters outside of ASCII may stand as they are. */
export function parseXtext(text: string, utf8 = false): string | undefined {
  if (
    !(utf8 ? /^(?:[!-*,-<>-~\u{80}-\u{10ffff}]|\+[0-9A-F]{2})*$/u : /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/).test(
      text,
    )
  )
    return undefined;
  return text.replaceAll(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function printable(text: string): string {
  return text.slice(0, 40).replaceAll(/[^!-~]/g, "?");
}
