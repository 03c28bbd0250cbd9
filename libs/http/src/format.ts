/** RFC 9112 §2–§5: writing heads. Nothing an application says can split a message. */
import {
  cut,
  encodeLatin1,
  encodeUtf8,
  LocalError,
  PieceWriter,
  utf8Length,
  writeLatin1,
} from "@socketscope/wire";
import type { FieldLines } from "./fields.ts";
import { isToken } from "./grammar.ts";

/** Octets of content that leave in one piece with their head: copying them costs less than a second piece. */
const JOIN_BELOW = 8192;

/** One message at a time is composed here, and none is left half done when a turn ends. */
const out = new PieceWriter();

/** `startLine`: with its CR LF. */
export function beginMessage(startLine: string): void {
  out.begin();
  out.text(startLine);
}

/** As {@link beginMessage}, of a head that was composed before: see {@link written}. */
export function beginWith(head: Uint8Array): void {
  out.begin();
  out.octets(head);
}

/** A copy of what was written of this message so far. */
export function written(): Uint8Array {
  return out.copy();
}

/** A line of the core's own, with its CR LF. */
export function writeLine(line: string): void {
  out.text(line);
}

/** RFC 9110 §8.6: `Content-Length = 1*DIGIT`. */
export function writeContentLength(octets: number): void {
  out.text("Content-Length: ");
  out.text(String(octets));
  out.text("\r\n");
}

/** `Name: value CRLF …`. Throws LocalError for what would split the message (RFC 9110 §5.5) or frame it twice. */
export function writeFieldLines(fields: FieldLines): void {
  for (let i = 0; i < fields.length; i += 2) writeFieldLine(fields[i] ?? "", fields[i + 1] ?? "");
}

/** The empty line, and the content when it is small; larger content stays a piece of its own. */
export function endMessage(content: PlainContent | undefined): Uint8Array | readonly Uint8Array[] {
  out.text("\r\n");
  return withContent(content);
}

/** A head that is whole, and its content. */
export function joinMessage(
  head: string,
  content: Uint8Array | string | undefined,
): Uint8Array | readonly Uint8Array[] {
  beginMessage(head);
  return withContent(content === undefined ? undefined : plainContent(content));
}

function withContent(content: PlainContent | undefined): Uint8Array | readonly Uint8Array[] {
  if (content === undefined) return out.take();
  if (content.length > JOIN_BELOW)
    return [out.take(), typeof content === "string" ? encodeLatin1(content) : content];
  if (typeof content === "string") out.text(content);
  else out.octets(content);
  return out.take();
}

/** Octets, or text in ASCII, which is written where it belongs and not encoded apart: `length` is its octets. */
export type PlainContent = Uint8Array | string;

export function plainContent(content: Uint8Array | string): PlainContent {
  if (typeof content !== "string" || utf8Length(content) === content.length) return content;
  return encodeUtf8(content);
}

/**
 * By name, the line written last: an application says the same few fields again and again. A name that stands here was
 * found good, and so was its value.
 */
const lastLines = new Map<string, { value: string; line: Uint8Array }>();
/** Names remembered. */
const MAX_NAMES = 256;
/** Characters of a value remembered. */
const MAX_VALUE = 512;

export function writeFieldLine(name: string, value: string): void {
  const last = lastLines.get(name);
  if (last?.value === value) {
    out.octets(last.line);
    return;
  }
  const line = formatFieldLine(name, value);
  out.text(line);
  if (value.length > MAX_VALUE) return;
  if (last !== undefined) {
    last.value = value;
    last.line = encodeLatin1(line);
  } else if (lastLines.size < MAX_NAMES) lastLines.set(name, { value, line: encodeLatin1(line) });
}

/** The same as text. */
export function formatFieldLines(fields: FieldLines): string {
  let text = "";
  for (let i = 0; i < fields.length; i += 2) text += formatFieldLine(fields[i] ?? "", fields[i + 1] ?? "");
  return text;
}

function formatFieldLine(name: string, value: string): string {
  if (!isToken(name)) throw new LocalError("HTTP_FIELD_NAME", `"${name}" is not a field name`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new LocalError("HTTP_FIELD_VALUE", `the value of ${name} holds a control or wide character`);
  }
  if (/^(?:content-length|transfer-encoding|connection|keep-alive)$/i.test(name)) {
    throw new LocalError("HTTP_FRAMING_FIELD", `${name} is written by the core`);
  }
  return `${name}: ${value}\r\n`;
}

const CRLF = new Uint8Array([13, 10]);

/** RFC 9112 §7.1: one chunk. Not for no octets at all: that would be the last one. */
export function formatChunk(octets: Uint8Array): readonly Uint8Array[] {
  const size = `${octets.length.toString(16)}\r\n`;
  const line = cut(size.length);
  writeLatin1(size, line, 0);
  return [line, octets, CRLF];
}

/** RFC 9112 §7.1.2: the last chunk and the trailers. */
export function formatLastChunk(trailers: FieldLines | undefined): Uint8Array | readonly Uint8Array[] {
  return joinMessage(`0\r\n${formatFieldLines(trailers ?? [])}\r\n`, undefined);
}
