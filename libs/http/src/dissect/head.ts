/**
 * RFC 9112 §3, §4, §5 read leniently: the start line and the fields of somebody else's message, where each stands, and
 * what our own core would say to it.
 */
import { decodeLatin1, type Range } from "@socketscope/wire";
import { Fields } from "../fields.ts";
import { trimBlank } from "../list.ts";
import { LineScanner, type Line } from "./lines.ts";
import { requestProblem, responseProblem } from "./strict.ts";

export interface StartLine {
  readonly version: string;
  /** Of a request. */
  readonly method?: string;
  readonly target?: string;
  /** Of a response. */
  readonly status?: number;
}

export interface Head {
  readonly start: StartLine;
  readonly fields: Fields;
  readonly summary: string;
  readonly parts: readonly Range[];
  readonly problem: string | undefined;
}

/** Characters of a summary. */
const SHOWN = 200;

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) +(\S+) +HTTP\/(\d\.\d)$/;
const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

/** The start line, or undefined when it is none of this kind. */
export function parseStartLine(text: string, kind: "request" | "response"): StartLine | undefined {
  if (kind === "request") {
    const [, method, target, version] = REQUEST_LINE.exec(text) ?? [];
    return method === undefined || target === undefined || version === undefined
      ? undefined
      : { method, target, version };
  }
  const [, version, status] = STATUS_LINE.exec(text) ?? [];
  return version === undefined || status === undefined ? undefined : { version, status: Number(status) };
}

/** Recorders cut where writers wrote: a start line at the beginning of a piece is taken for one. */
export function beginsWithStartLine(
  bytes: Uint8Array,
  kind: "request" | "response",
  maxOctets: number,
): boolean {
  const line = new LineScanner().next(bytes.subarray(0, maxOctets));
  if (line === undefined || line.bare) return false;
  return parseStartLine(decodeLatin1(bytes, 0, line.to), kind) !== undefined;
}

/** `lines`: from any empty lines before the start line to the blank line. `offset`: where index 0 stands in the stream. */
export function readHead(
  octets: Uint8Array,
  lines: readonly Line[],
  offset: number,
  kind: "request" | "response",
): Head | undefined {
  const first = lines.findIndex((line) => line.to > line.from);
  const startLine = lines[first];
  const blank = lines.at(-1);
  if (startLine === undefined || blank === undefined) return undefined;
  const text = decodeLatin1(octets, startLine.from, startLine.to);
  const start = parseStartLine(text, kind);
  if (start === undefined) return undefined;
  const at = (name: string, line: Line): Range => ({ name, from: offset + line.from, to: offset + line.end });
  const fields = readFields(octets, lines.slice(first + 1, -1), offset);
  const parts = [
    ...lines.slice(0, first).map((line) => at("empty line", line)),
    at(kind === "request" ? "request line" : "status line", startLine),
    ...fields.parts,
    at("blank line", blank),
  ];
  const whole = octets.subarray(0, blank.end);
  const shown = kind === "request" ? text : text.slice(text.indexOf(" ") + 1).trimEnd();
  return {
    start,
    fields: fields.fields,
    summary: shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown,
    parts,
    problem: kind === "request" ? requestProblem(whole) : responseProblem(whole),
  };
}

export interface ReadFields {
  readonly fields: Fields;
  readonly parts: readonly Range[];
}

/** Field lines of a head or a trailer section; a continuation line (obs-fold) belongs to the field before it. */
export function readFields(octets: Uint8Array, lines: readonly Line[], offset: number): ReadFields {
  const flat: string[] = [];
  const parts: Range[] = [];
  for (const line of lines) {
    const text = decodeLatin1(octets, line.from, line.to);
    const last = parts.at(-1);
    // RFC 9112 §5.2: obs-fold.
    if (/^[ \t]/.test(text) && last !== undefined) {
      flat.push(`${flat.pop() ?? ""} ${trimBlank(text)}`);
      parts[parts.length - 1] = { ...last, to: offset + line.end };
      continue;
    }
    const colon = text.indexOf(":");
    const name = trimBlank(colon < 0 ? text : text.slice(0, colon));
    flat.push(name, colon < 0 ? "" : trimBlank(text.slice(colon + 1)));
    parts.push({ name: `field ${name}`, from: offset + line.from, to: offset + line.end });
  }
  return { fields: new Fields(flat), parts };
}
