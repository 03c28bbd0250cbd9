/**
 * RFC 9112 §3, §4, §5 read leniently: the start line and the fields of somebody else's message, where each stands, and
 * the first thing a strict reader would refuse.
 */
import { decodeLatin1, type Range } from "@socketscope/wire";
import { Fields } from "../fields.ts";
import { isToken, splitList, trimBlank } from "../list.ts";
import type { Line } from "./lines.ts";

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
  const shown = kind === "request" ? text : text.slice(text.indexOf(" ") + 1).trimEnd();
  return {
    start,
    fields: fields.fields,
    summary: shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown,
    parts,
    problem: startLineProblem(text, start, lines) ?? fields.problem ?? headProblem(start, fields.fields),
  };
}

export interface ReadFields {
  readonly fields: Fields;
  readonly parts: readonly Range[];
  readonly problem: string | undefined;
}

/** Field lines of a head or a trailer section; a continuation line (obs-fold) belongs to the field before it. */
export function readFields(octets: Uint8Array, lines: readonly Line[], offset: number): ReadFields {
  const flat: string[] = [];
  const parts: Range[] = [];
  let problem: string | undefined;
  for (const line of lines) {
    const text = decodeLatin1(octets, line.from, line.to);
    const last = parts.at(-1);
    if (line.bare) problem ??= "a line ends in LF alone";
    if (text.includes("\r") || text.includes("\0")) problem ??= "a CR or NUL inside a field";
    // RFC 9112 §5.2: obs-fold.
    if (/^[ \t]/.test(text) && last !== undefined) {
      problem ??= `the field ${last.name.slice(6)} is folded over lines`;
      flat.push(`${flat.pop() ?? ""} ${trimBlank(text)}`);
      parts[parts.length - 1] = { ...last, to: offset + line.end };
      continue;
    }
    const colon = text.indexOf(":");
    const name = colon < 0 ? text : text.slice(0, colon);
    if (colon < 0) problem ??= "a field line without a colon";
    // RFC 9112 §5.1: no whitespace between name and colon.
    else if (/[ \t]$/.test(name)) problem ??= "a blank before the colon";
    else if (!isToken(name)) problem ??= "a field name that is no token";
    flat.push(trimBlank(name), colon < 0 ? "" : trimBlank(text.slice(colon + 1)));
    parts.push({ name: `field ${trimBlank(name)}`, from: offset + line.from, to: offset + line.end });
  }
  return { fields: new Fields(flat), parts, problem };
}

function startLineProblem(text: string, start: StartLine, lines: readonly Line[]): string | undefined {
  if (lines.some((line) => line.bare)) return "a line ends in LF alone";
  if (start.version !== "1.1" && start.version !== "1.0")
    return `HTTP/${start.version} in the form of HTTP/1`;
  if (start.method !== undefined && text !== `${start.method} ${start.target ?? ""} HTTP/${start.version}`) {
    return "more than one blank in the request line";
  }
  return undefined;
}

/** RFC 9112 §3.2, §6.1, §6.3: what would make two readers disagree about the message. */
function headProblem(start: StartLine, fields: Fields): string | undefined {
  const hosts = fields.all("host").length;
  if (start.method !== undefined && start.version === "1.1" && hosts !== 1) {
    return hosts === 0 ? "HTTP/1.1 without Host" : "Host more than once";
  }
  const coding = fields.get("transfer-encoding");
  const lengths = new Set(splitList(fields.get("content-length") ?? ""));
  if (coding !== undefined && fields.has("content-length"))
    return "Content-Length and Transfer-Encoding together";
  if (coding !== undefined && start.version === "1.0") return "Transfer-Encoding in HTTP/1.0";
  if (lengths.size > 1) return "Content-Length with different values";
  if (fields.has("content-length") && ![...lengths].every((value) => /^\d+$/.test(value))) {
    return "Content-Length is no number";
  }
  return undefined;
}
