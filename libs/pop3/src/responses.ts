/**
 * RFC 1939 §3, RFC 2449 §8: the first line of a response, and lines read strictly. The scanner serves the dissector too,
 * so that a recording and the client core agree on what a response is.
 */
import {
  decodeLatin1,
  decodeUtf8,
  LimitError,
  RemoteError,
  type ReceiveBuffer,
  printable,
} from "@socketscope/wire";

const CR = 13;
const LF = 10;
const PLUS = 43;
const SPACE = 32;

export interface Pop3Response {
  /** +OK; false: -ERR. */
  readonly good: boolean;
  /** RFC 2449 §8, RFC 3206 §4: the reason in brackets, such as `IN-USE`, in capitals. */
  readonly code?: string;
  /** Behind status and code. */
  readonly text: string;
}

/** The words of a status line; undefined when it is none. */
export interface StatusWords {
  readonly status: "+OK" | "-ERR" | "+";
  /** Letters of the blank behind it: 0 or 1. */
  readonly blank: number;
  /** With its brackets; of a challenge none. */
  readonly code: string | undefined;
  /** Behind status and blank; the code is part of it. */
  readonly rest: string;
}

export function scanStatus(text: string): StatusWords | undefined {
  const [, status, blank = "", rest = ""] = /^(\+OK|-ERR|\+)( ?)(.*)$/s.exec(text) ?? [];
  if (status !== "+OK" && status !== "-ERR" && status !== "+") return undefined;
  if (blank === "" && rest !== "") return undefined;
  // RFC 2449 §8: a reason in brackets, of an -ERR and of an +OK.
  const code = status === "+" ? undefined : /^\[[!-Z^-~]+\]/.exec(rest)?.[0];
  return { status, blank: blank.length, code, rest };
}

/** What a challenge is not; undefined for what is no response at all. */
export function responseOf({ status, code, rest }: StatusWords): Pop3Response {
  const good = status === "+OK";
  if (code === undefined) return { good, text: rest };
  return { good, code: code.slice(1, -1).toUpperCase(), text: rest.slice(code.length).trimStart() };
}

/** As a person reads it, printable. */
export function describeResponse({ good, code, text }: Pop3Response): string {
  const words = [good ? "+OK" : "-ERR", ...(code === undefined ? [] : [`[${code}]`]), text];
  return printable(words.join(" ").trimEnd());
}

export interface ResponseLineLimits {
  /** Octets of a line with its end. RFC 2449 §4: 512 for the first of a response; of a listing nothing is said. Default 1024. */
  readonly line: number;
  /** Octets of a challenge with its line end. RFC 5034 §4 sets none: as many as RFC 4954 §4 finds enough. Default 12,288. */
  readonly challenge: number;
}

/**
 * Lines of a server. Whose response is whose hangs on them: they end in CRLF, and one that goes on for ever is refused
 * as soon as it is over the limit, not at its end.
 */
export class ResponseLines {
  readonly #limits: ResponseLineLimits;
  /** Octets behind the buffer's `at` in which no line end is. */
  #searched = 0;

  constructor(limits: ResponseLineLimits) {
    this.#limits = limits;
  }

  /** In the middle of a line. */
  get begun(): boolean {
    return this.#searched > 0;
  }

  /** The next line without its end, UTF-8 where it is. Throws RemoteError "POP3_LINE", LimitError "POP3_LINE_LIMIT". */
  next(buffer: ReceiveBuffer): string | undefined {
    const { octets, at, end } = buffer;
    const lf = octets.subarray(0, end).indexOf(LF, at + this.#searched);
    const length = (lf < 0 ? end : lf + 1) - at;
    const isChallenge = length > 1 && octets[at] === PLUS && octets[at + 1] === SPACE;
    const limit = isChallenge ? this.#limits.challenge : this.#limits.line;
    if (length > limit)
      throw new LimitError("POP3_LINE_LIMIT", `the server sent a line of more than ${limit} octets`);
    if (lf < 0) {
      this.#searched = length;
      return undefined;
    }
    this.#searched = 0;
    const taken = buffer.take(length);
    const cr = taken.indexOf(CR);
    // RFC 1939 §3: CRLF ends a line; who reads CR and LF apart loses count of the responses.
    if (cr < 0 || cr !== length - 2)
      throw new RemoteError("POP3_LINE", "the server sent a line with a CR or LF that stands alone");
    const line = taken.subarray(0, length - 2);
    return decodeUtf8(line) ?? decodeLatin1(line);
  }
}
