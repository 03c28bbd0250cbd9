/**
 * RFC 9112 §2–§5: heads, parse and format side by side. `HeadScanner` gives offsets: a core makes text of them, a
 * dissector ranges. Strict: CRLF only, no line folding, no blank before the colon.
 */
import { decodeLatin1, type ReceiveBuffer } from "@socketscope/wire";
import { fault, tooLarge } from "./fault.ts";
import { Fields } from "./fields.ts";
import { trimBlank } from "./list.ts";
import type { HttpLimits } from "./limits.ts";
import type { RequestHead, ResponseHead, Version } from "./events.ts";

const CR = 13;
const LF = 10;

/** Where the lines of a head end. */
export interface HeadLines {
  /** Offset of each line's end (its CR) from the head's begin; what stands behind the first `count` is no line of it. */
  readonly ends: readonly number[];
  /** Lines, without the empty one. */
  readonly count: number;
}

/** Line ends that a connection keeps room for: an array made anew for each head is a tenth of all that is allocated. */
const KEPT_ENDS = 32;

/** Finds the end of a head, going on where it stopped when the network cut it. */
export class HeadScanner implements HeadLines {
  ends: number[] = [];
  count = 0;
  #searched = 0;
  #lineStart = 0;

  /** The head's length with its empty line, or undefined when more is needed. */
  scan(buffer: ReceiveBuffer, limits: HttpLimits, startLine: boolean): number | undefined {
    const { at, end } = buffer;
    const octets = buffer.octets.length === end ? buffer.octets : buffer.octets.subarray(0, end);
    for (;;) {
      const found = octets.indexOf(LF, at + this.#searched);
      // A CR at the end of what came so far may be the line's end in the making: it does not count.
      const seen = found < 0 ? end : found;
      const line = (octets[seen - 1] === CR ? seen - 1 : seen) - at - this.#lineStart;
      if (startLine && this.count === 0 && line > limits.startLine) {
        tooLarge(414, `the first line is longer than ${limits.startLine} octets`);
      }
      if (seen - at > limits.head) {
        tooLarge(431, `the head is larger than ${limits.head} octets`);
      }
      if (found < 0) {
        this.#searched = end - at;
        return undefined;
      }
      // RFC 9112 §2.2 allows a lone LF as line end; two parsers that differ on it can be played against each other.
      if (octets[found - 1] !== CR || found - 1 < at + this.#lineStart) {
        fault("HTTP_LINE_END", 400, "each line ends in CR LF (\\r\\n); this one ends in LF alone");
      }
      const lineEnd = found - 1 - at;
      this.#searched = lineEnd + 2;
      if (lineEnd === this.#lineStart) return lineEnd + 2;
      this.ends[this.count++] = lineEnd;
      this.#lineStart = lineEnd + 2;
      if (this.count > limits.fieldLines + 1) {
        tooLarge(431, `there are more than ${limits.fieldLines} field lines`);
      }
    }
  }

  reset(): void {
    if (this.count > KEPT_ENDS) this.ends = [];
    this.count = 0;
    this.#searched = 0;
    this.#lineStart = 0;
  }
}

/** The scanned head as text, refused when an octet is in it that no head may hold. */
export function headText(buffer: ReceiveBuffer, length: number, { ends, count }: HeadLines): string {
  const text = decodeLatin1(buffer.octets, buffer.at, buffer.at + length);
  // RFC 9110 §5.5: CR, LF and NUL within a value are dangerous; no other control belongs there either.
  // RFC 9112 §2.2: a bare CR is not part of a line end.
  let from = 0;
  for (let i = 0; i < count; i++) {
    const lineEnd = ends[i] ?? 0;
    if (text.indexOf("\r", from) !== lineEnd) fault("HTTP_LINE_END", 400, "a CR stands alone inside a line");
    from = lineEnd + 2;
  }
  if (CONTROLS.test(text)) fault("HTTP_FIELD_LINE", 400, "a control character stands in the head");
  return text;
}

const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** RFC 9112 §3: `method SP request-target SP HTTP-version`, single blanks. */
export function parseRequestLine(line: string): Omit<RequestHead, "fields"> {
  const first = line.indexOf(" ");
  const last = line.lastIndexOf(" ");
  const method = line.slice(0, Math.max(first, 0));
  const target = line.slice(first + 1, last);
  if (first < 1 || last === first || (method !== "GET" && !isToken(method))) {
    fault("HTTP_REQUEST_LINE", 400, 'a request begins like "GET / HTTP/1.1"');
  }
  const version = parseVersion(line.slice(last + 1));
  checkTarget(method, target);
  return { method, target, version };
}

function parseVersion(text: string): Version {
  if (text === "HTTP/1.1") return "1.1";
  if (text === "HTTP/1.0") return "1.0";
  if (!/^HTTP\/\d\.\d$/.test(text)) fault("HTTP_REQUEST_LINE", 400, 'a request line ends in "HTTP/1.1"');
  // RFC 9110 §2.5: a higher minor version is understood as the highest we know; another major version is not.
  if (text[5] === "1") return "1.1";
  fault("HTTP_VERSION", 505, "this server speaks HTTP/1.1 and HTTP/1.0");
}

/** RFC 9112 §3.2: origin-form, absolute-form, authority-form (CONNECT only), asterisk-form (OPTIONS only). */
function checkTarget(method: string, target: string): void {
  // RFC 9112 §3.2: no blank, and a fragment is never sent (RFC 9110 §4.2.5).
  if (!/^[\x21\x22\x24-\x7e]+$/.test(target)) {
    fault("HTTP_TARGET", 400, "the request target holds a character that must be percent-encoded");
  }
  const fits =
    method === "CONNECT"
      ? /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~%]+):\d{1,5}$/.test(target)
      : target[0] === "/" || (target === "*" && method === "OPTIONS") || /^https?:\/\/[^/?]/i.test(target);
  if (!fits)
    fault("HTTP_TARGET", 400, `the request target "${target.slice(0, 60)}" has no form that ${method} takes`);
}

/** RFC 9112 §4: `HTTP-version SP 3DIGIT SP [reason]`. */
export function parseStatusLine(line: string): Omit<ResponseHead, "fields"> {
  const match = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: ([^]*))?$/.exec(line);
  if (match === null)
    fault("HTTP_STATUS_LINE", 502, "the response does not begin with an HTTP/1.x status line");
  return { version: match[1] === "0" ? "1.0" : "1.1", status: Number(match[2]), reason: match[3] ?? "" };
}

/** RFC 9112 §5: field lines `text[from … )`, whose ends are `ends[first … count)`. `folded`: what becomes of obs-fold. */
export function parseFieldLines(
  text: string,
  { ends, count }: HeadLines,
  first: number,
  folded: "refused" | "joined" = "refused",
): Fields {
  const lines: string[] = [];
  let from = first === 0 ? 0 : (ends[first - 1] ?? 0) + 2;
  for (let i = first; i < count; i++) {
    const to = ends[i] ?? 0;
    // RFC 9112 §5.2: obs-fold is refused in a request.
    const start = text.charCodeAt(from);
    if (start === 32 || start === 9) {
      // RFC 9112 §5.2: who reads a response puts a blank in the place of the fold.
      if (folded === "joined" && lines.length > 0) {
        lines.push(trimBlank(`${lines.pop()} ${trimBlank(text.slice(from, to))}`));
        from = to + 2;
        continue;
      }
      fault("HTTP_FIELD_LINE", 400, "a field line begins with a blank (line folding is not taken)");
    }
    const colon = text.indexOf(":", from);
    const name = colon < 0 || colon > to ? "" : text.slice(from, colon);
    // RFC 9112 §5.1: no whitespace between the field name and the colon.
    if (!isToken(name)) {
      fault("HTTP_FIELD_LINE", 400, 'a field line reads "Name: value", without a blank before the colon');
    }
    let valueFrom = colon + 1;
    let valueTo = to;
    while (valueFrom < valueTo && isBlank(text.charCodeAt(valueFrom))) valueFrom++;
    while (valueTo > valueFrom && isBlank(text.charCodeAt(valueTo - 1))) valueTo--;
    lines.push(name, text.slice(valueFrom, valueTo));
    from = to + 2;
  }
  return new Fields(lines);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** RFC 9110 §7.2, RFC 9112 §3.2: `uri-host [":" port]`, may be empty. */
export function isHost(value: string): boolean {
  return /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+;=%]*)(?::\d{0,5})?$/.test(value);
}
