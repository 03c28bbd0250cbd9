/**
 * RFC 5321 §4.2, RFC 2034: replies, parsed and formatted side by side. The scanner returns offsets, so that the client
 * core and the dissector read a line the same way. It leaves out what the codes mean.
 */
import {
  decodeLatin1,
  decodeUtf8,
  encodeUtf8,
  LimitError,
  LocalError,
  RemoteError,
  utf8Length,
  type ReceiveBuffer,
  printable,
} from "@socketscope/wire";
import type { Reply } from "./envelope.ts";

const CR = 13;
const LF = 10;
const SPACE = 32;
const HYPHEN = 45;
const DOT = 46;
const ZERO = 48;

/** RFC 5321 §4.5.3.1.5: octets of a reply line with its code and line end. */
export const REPLY_LINE_OCTETS = 512;

/** One line of a reply, as offsets into the octets it was scanned in. */
export interface ReplyLine {
  readonly code: number;
  /** No hyphen behind the code: the reply ends here. */
  readonly last: boolean;
  /** RFC 3463 §2: where an enhanced code stands (`[from, to)`), when there is one that fits the code. */
  readonly enhanced: { readonly from: number; readonly to: number } | undefined;
  /** Where the text begins, behind code and enhanced code. */
  readonly text: number;
}

/** The line in `octets[from … to)`, its line end not in it; undefined when it is no line of a reply. */
export function scanReplyLine(octets: Uint8Array, from = 0, to = octets.length): ReplyLine | undefined {
  const code = codeAt(octets, from, to);
  if (code === undefined) return undefined;
  // RFC 5321 §4.2: a client is prepared for a line of the code alone.
  if (to === from + 3) return { code, last: true, enhanced: undefined, text: to };
  const separator = octets[from + 3];
  if (separator !== SPACE && separator !== HYPHEN) return undefined;
  const text = from + 4;
  const end = enhancedEnd(octets, text, to);
  const last = separator === SPACE;
  // RFC 2034 §4: the class of the enhanced code is the first digit of the reply's.
  if (end === undefined || octets[text] !== octets[from]) return { code, last, enhanced: undefined, text };
  return { code, last, enhanced: { from: text, to: end }, text: Math.min(end + 1, to) };
}

/** RFC 5321 §4.2: the first digit is 2 to 5. Of the others only that they are digits: §4.3.2 lets a client go by the first. */
function codeAt(octets: Uint8Array, from: number, to: number): number | undefined {
  if (to - from < 3) return undefined;
  const [a, b, c] = [digitAt(octets, from), digitAt(octets, from + 1), digitAt(octets, from + 2)];
  if (a === undefined || b === undefined || c === undefined || a < 2 || a > 5) return undefined;
  return a * 100 + b * 10 + c;
}

function digitAt(octets: Uint8Array, at: number): number | undefined {
  const digit = (octets[at] ?? 0) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : undefined;
}

/** RFC 3463 §2: `class "." subject "." detail`, subject and detail of one to three digits, then a blank or the end. */
function enhancedEnd(octets: Uint8Array, from: number, to: number): number | undefined {
  if (octets[from + 1] !== DOT) return undefined;
  const dot = digitsEnd(octets, from + 2, to);
  if (dot === undefined || octets[dot] !== DOT) return undefined;
  const end = digitsEnd(octets, dot + 1, to);
  return end !== undefined && (end === to || octets[end] === SPACE) ? end : undefined;
}

function digitsEnd(octets: Uint8Array, from: number, to: number): number | undefined {
  let at = from;
  while (at < to && at < from + 4 && digitAt(octets, at) !== undefined) at++;
  return at > from && at <= from + 3 ? at : undefined;
}

export interface ReplyLimits {
  /** Octets of a line, its end counted. Default 512 (RFC 5321 §4.5.3.1.5). */
  readonly line: number;
  /** Octets of a 334 line, its end counted. Default 12,288 (RFC 4954 §4). */
  readonly challenge: number;
  /** Lines of one reply. Default 128: no server has so much to say, not even to EHLO. */
  readonly lines: number;
}

export const defaultReplyLimits: ReplyLimits = { line: REPLY_LINE_OCTETS, challenge: 12_288, lines: 128 };

/**
 * Replies out of what a server sends. Strict, since whose reply is whose hangs on it: lines end in CRLF, all of one
 * reply carry one code. A line that goes on for ever is refused as soon as it is over the limit, not at its end.
 */
export class ReplyReader {
  readonly #limits: ReplyLimits;
  #code: number | undefined;
  #enhanced: string | undefined;
  #lines: string[] = [];
  /** Octets behind the buffer's `at` in which no line end is. */
  #searched = 0;

  constructor(limits: Partial<ReplyLimits> = {}) {
    this.#limits = { ...defaultReplyLimits, ...limits };
  }

  /** In the middle of a reply. */
  get begun(): boolean {
    return this.#code !== undefined || this.#searched > 0;
  }

  /**
   * The next reply, or undefined when it is not whole. Throws RemoteError "SMTP_REPLY" or LimitError "SMTP_REPLY_LIMIT".
   * `enhanced`: the text may begin with an enhanced code; RFC 2034 §4: not in the greeting and the reply to EHLO.
   */
  next(buffer: ReceiveBuffer, enhanced = true): Reply | undefined {
    for (;;) {
      const line = this.#line(buffer);
      if (line === undefined) return undefined;
      const scanned = scanReplyLine(line);
      if (scanned === undefined)
        throw new RemoteError("SMTP_REPLY", `the server sent ${shown(line)}, which is no SMTP reply`);
      this.#add(
        line,
        enhanced ? scanned : { ...scanned, enhanced: undefined, text: Math.min(4, line.length) },
      );
      if (scanned.last) return this.#finish(scanned.code);
    }
  }

  #line(buffer: ReceiveBuffer): Uint8Array | undefined {
    const { octets, at, end } = buffer;
    const lf = octets.subarray(0, end).indexOf(LF, at + this.#searched);
    const length = (lf < 0 ? end : lf + 1) - at;
    const { line, challenge } = this.#limits;
    const isChallenge = octets[at] === ZERO + 3 && octets[at + 1] === ZERO + 3 && octets[at + 2] === ZERO + 4;
    const limit = isChallenge ? challenge : line;
    if (length > limit)
      throw new LimitError("SMTP_REPLY_LIMIT", `the server sent a reply line of more than ${limit} octets`);
    if (lf < 0) {
      this.#searched = length;
      return undefined;
    }
    this.#searched = 0;
    const taken = buffer.take(length);
    const cr = taken.indexOf(CR);
    // RFC 5321 §2.3.8: CR and LF stand together or not at all; who reads them apart loses count of the replies.
    if (cr < 0 || cr !== length - 2)
      throw new RemoteError("SMTP_REPLY", "the server sent a CR or LF that stands alone");
    return taken.subarray(0, length - 2);
  }

  #add(line: Uint8Array, { code, enhanced, text }: ReplyLine): void {
    const first = this.#code === undefined;
    // RFC 5321 §4.2.1: each line of a reply has the same code.
    if (!first && code !== this.#code)
      throw new RemoteError(
        "SMTP_REPLY",
        `the server began a reply with ${this.#code} and went on with ${code}`,
      );
    if (this.#lines.length >= this.#limits.lines)
      throw new LimitError(
        "SMTP_REPLY_LIMIT",
        `the server sent a reply of more than ${this.#limits.lines} lines`,
      );
    const found = enhanced && decodeLatin1(line, enhanced.from, enhanced.to);
    if (first) this.#enhanced = found;
    this.#code = code;
    // RFC 2034 §4: the same on each line; one that differs is kept as text.
    this.#lines.push(decodeText(line.subarray(found === undefined || found === this.#enhanced ? text : 4)));
  }

  #finish(code: number): Reply {
    const reply: Reply = {
      code,
      ...(this.#enhanced !== undefined && { enhanced: this.#enhanced }),
      lines: this.#lines,
    };
    this.#code = undefined;
    this.#enhanced = undefined;
    this.#lines = [];
    return reply;
  }
}

/** RFC 6531 §3.7.4.2: replies may be in UTF-8; what is not is shown octet by octet. */
function decodeText(octets: Uint8Array): string {
  return decodeUtf8(octets) ?? decodeLatin1(octets);
}

/**
 * The octets of a reply. `enhanced`: the extension is on (RFC 2034 §4: said on each line, where the reply has a code).
 * Throws LocalError "SMTP_REPLY" for what no client could read.
 */
export function formatReply(
  { code, enhanced, lines }: Reply,
  options: { readonly enhanced: boolean },
): Uint8Array {
  if (!Number.isInteger(code) || code < 200 || code > 599)
    throw new LocalError("SMTP_REPLY", `${code} is no reply code`);
  if (lines.length === 0) throw new LocalError("SMTP_REPLY", "a reply has a line");
  if (enhanced !== undefined && !ENHANCED.test(enhanced))
    throw new LocalError("SMTP_REPLY", `${enhanced} is no enhanced status code`);
  if (enhanced !== undefined && enhanced.charAt(0) !== `${code}`.charAt(0))
    throw new LocalError("SMTP_REPLY", `${enhanced} does not go with ${code}`);
  const said = enhanced !== undefined && options.enhanced ? `${enhanced} ` : "";
  let text = "";
  for (const [index, line] of lines.entries()) {
    if (/[\0\r\n]/.test(line)) throw new LocalError("SMTP_REPLY", "a reply's line holds CR, LF or NUL");
    const whole = `${code}${index === lines.length - 1 ? " " : "-"}${said}${line}\r\n`;
    // RFC 5321 §4.5.3.1.5, and RFC 4954 §4 for a challenge.
    if (utf8Length(whole) > (code === 334 ? defaultReplyLimits.challenge : REPLY_LINE_OCTETS))
      throw new LocalError("SMTP_REPLY", `a line of this ${code} reply is too long`);
    text += whole;
  }
  return encodeUtf8(text);
}

const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/;

/** A reply in one line for people, logs and notices: `550 5.7.1 not here / not ever`. Printable whatever the server sent. */
export function describeReply({ code, enhanced, lines }: Reply): string {
  const text = lines.join(" / ").trim();
  return printable([code, enhanced, text].filter((part) => part !== undefined && part !== "").join(" "));
}

/** The beginning of a line that is no reply. */
function shown(line: Uint8Array): string {
  const text = printable(decodeText(line.subarray(0, 40)));
  return JSON.stringify(line.length > 40 ? `${text}…` : text);
}
