/**
 * RFC 959 §4.2: replies, parsed and formatted side by side. One of several lines begins with `code-` and ends with the
 * line that begins with the same code and a blank; what stands between is anything else.
 */
import {
  decodeName,
  encodeName,
  encodeUtf8,
  LimitError,
  LineReader,
  LocalError,
  RemoteError,
  type ReceiveBuffer,
  printable,
} from "@socketscope/wire";

export interface Reply {
  /** 100 to 659: RFC 2228 §8.1 adds 6yz, protected replies. */
  readonly code: number;
  /** Without code, hyphen and the blank in front of a line between the first and the last. At least one. */
  readonly lines: readonly string[];
}

export function reply(code: number, ...lines: readonly string[]): Reply {
  return { code, lines };
}

/** The beginning of a reply's line: its code, and whether more is to come. */
export interface ReplyLine {
  readonly code: number;
  /** No hyphen behind the code: alone, or behind a line that had one, it is the end. */
  readonly last: boolean;
  /** Where the text begins. */
  readonly text: number;
}

const SPACE = 32;
const HYPHEN = 45;

/** The line in `octets[from … to)`, its end not in it; undefined when it does not begin like one of a reply. */
export function scanReplyLine(octets: Uint8Array, from = 0, to = octets.length): ReplyLine | undefined {
  let code = 0;
  for (let at = from; at < from + 3; at++) {
    const digit = at < to ? (octets[at] ?? 0) - 48 : -1;
    if (digit < 0 || digit > 9) return undefined;
    code = code * 10 + digit;
  }
  // RFC 959 §4.2.1: the first digit is 1 to 5; RFC 2228 §8.1: or 6.
  if (code < 100 || code > 699) return undefined;
  if (to === from + 3) return { code, last: true, text: to };
  const separator = octets[from + 3];
  if (separator !== SPACE && separator !== HYPHEN) return undefined;
  return { code, last: separator === SPACE, text: from + 4 };
}

export interface ReplyLimits {
  /** Octets of a line. Default 8,192: a listing that STAT or MLST gives has long names. */
  readonly line: number;
  /** Lines of one reply. Default 10,000: STAT lists folders. */
  readonly lines: number;
  /** Octets of the lines of one reply together. Default 1 MiB. */
  readonly octets: number;
}

export const defaultReplyLimits: ReplyLimits = { line: 8192, lines: 10_000, octets: 1024 * 1024 };

/** Replies out of what a server sends, each told when its last line has ended, however the network cut it. */
export class ReplyReader {
  readonly #limits: ReplyLimits;
  readonly #reader: LineReader;
  #code: number | undefined;
  #lines: string[] = [];
  #octets = 0;

  constructor(limits: Partial<ReplyLimits> = {}) {
    this.#limits = { ...defaultReplyLimits, ...limits };
    // Some servers end lines in LF alone; nothing is passed on, so no one is misled.
    this.#reader = new LineReader({ maxOctets: this.#limits.line, bareLf: "ends" });
  }

  /** In the middle of a reply. */
  get begun(): boolean {
    return this.#code !== undefined || this.#reader.begun;
  }

  /** The next reply, or undefined when it is not whole. Throws RemoteError "FTP_REPLY" or LimitError "FTP_REPLY_LIMIT". */
  next(buffer: ReceiveBuffer): Reply | undefined {
    for (;;) {
      const waiting = buffer.length;
      const line = this.#reader.next(buffer);
      if (line === undefined) {
        // A line that never ends is refused at its limit, not at its end: the reader has let go of it then.
        if (waiting > this.#limits.line + 1) throw this.#tooLong();
        return undefined;
      }
      if (line.type === "refused") {
        if (line.why === "too-long") throw this.#tooLong();
        throw new RemoteError("FTP_REPLY", "the server sent a CR that stands alone");
      }
      const whole = this.#add(line.octets);
      if (whole !== undefined) return whole;
    }
  }

  #tooLong(): LimitError {
    return new LimitError(
      "FTP_REPLY_LIMIT",
      `the server sent a reply line of more than ${this.#limits.line} octets`,
    );
  }

  #add(octets: Uint8Array): Reply | undefined {
    const scanned = scanReplyLine(octets);
    this.#octets += octets.length;
    if (this.#code === undefined && scanned === undefined)
      throw new RemoteError("FTP_REPLY", `the server sent ${shown(octets)}, which is no FTP reply`);
    if (this.#lines.length >= this.#limits.lines || this.#octets > this.#limits.octets)
      throw new LimitError("FTP_REPLY_LIMIT", "the server sent a reply that is too long");
    const ours = scanned !== undefined && (this.#code === undefined || scanned.code === this.#code);
    // RFC 959 §4.2: a line between the first and the last may begin with any digits, with the code and a hyphen too.
    if (!ours) {
      const blank = octets[0] === SPACE ? 1 : 0;
      this.#lines.push(decodeText(octets.subarray(blank)));
      return undefined;
    }
    this.#code = scanned.code;
    this.#lines.push(decodeText(octets.subarray(scanned.text)));
    if (!scanned.last) return undefined;
    const whole = { code: scanned.code, lines: this.#lines };
    this.#code = undefined;
    this.#lines = [];
    this.#octets = 0;
    return whole;
  }
}

/** RFC 2640 §2.2: UTF-8; what is none is kept octet by octet, and {@link encodeText} gives it back. */
export function decodeText(octets: Uint8Array): string {
  return decodeName(octets);
}

export function encodeText(text: string): Uint8Array {
  return encodeName(text) ?? encodeUtf8(text);
}

/**
 * The octets of a reply. Throws LocalError "FTP_REPLY" for what no client could read. A control character in a text
 * (it may quote a name) becomes `?`: no name forges a line.
 */
export function formatReply({ code, lines }: Reply): Uint8Array {
  if (!Number.isInteger(code) || code < 100 || code > 599)
    throw new LocalError("FTP_REPLY", `${code} is no reply code`);
  const last = lines.length - 1;
  if (last < 0) throw new LocalError("FTP_REPLY", "a reply has a line");
  let text = "";
  for (const [index, line] of lines.entries()) {
    // RFC 959 §4.2, RFC 2389 §3.2: a blank in front, so that no line in the middle looks like the last.
    const head = index === last ? `${code} ` : index === 0 ? `${code}-` : " ";
    text += `${head}${oneLine(line)}\r\n`;
  }
  return encodeText(text);
}

/** The text without what could end a line or move a terminal's cursor. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, "?");
}

/** A reply in one line for people and logs: `550 No such file / sorry`. Printable whatever the server sent. */
export function describeReply({ code, lines }: Reply): string {
  const text = lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" / ");
  return printable(text === "" ? `${code}` : `${code} ${text}`);
}

/** The beginning of a line that is no reply. */
function shown(line: Uint8Array): string {
  const text = printable(decodeText(line.subarray(0, 40)));
  return JSON.stringify(line.length > 40 ? `${text}…` : text);
}
