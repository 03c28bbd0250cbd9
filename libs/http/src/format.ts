/** RFC 9112 §2–§5: writing heads. Nothing an application says can split a message. */
import { cut, encodeUtf8, LocalError, utf8Length, writeLatin1 } from "@socketscope/wire";
import type { FieldLines } from "./fields.ts";
import { isToken } from "./grammar.ts";

/**
 * By name, the line written last: an application says the same few fields again and again. A name that stands here was
 * found good, and so was its value.
 */
const lastLines = new Map<string, { value: string; line: string }>();
/** Names remembered. */
const MAX_NAMES = 256;
/** Characters of a value remembered. */
const MAX_VALUE = 512;

/** `Name: value CRLF …`. Throws LocalError for what would split the message (RFC 9110 §5.5) or frame it twice. */
export function formatFieldLines(fields: FieldLines): string {
  let text = "";
  for (let i = 0; i < fields.length; i += 2) text += formatFieldLine(fields[i] ?? "", fields[i + 1] ?? "");
  return text;
}

function formatFieldLine(name: string, value: string): string {
  const last = lastLines.get(name);
  if (last?.value === value) return last.line;
  if (last === undefined) {
    if (!isToken(name)) throw new LocalError("HTTP_FIELD_NAME", `"${name}" is not a field name`);
    if (/^(?:content-length|transfer-encoding|connection|keep-alive)$/i.test(name)) {
      throw new LocalError("HTTP_FRAMING_FIELD", `${name} is written by the core`);
    }
  }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new LocalError("HTTP_FIELD_VALUE", `the value of ${name} holds a control or wide character`);
  }
  const line = `${name}: ${value}\r\n`;
  if (value.length > MAX_VALUE) return line;
  if (last !== undefined) {
    last.value = value;
    last.line = line;
  } else if (lastLines.size < MAX_NAMES) lastLines.set(name, { value, line });
  return line;
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

/** Octets of content that leave in one piece with their head: copying them costs less than a second piece. */
const JOIN_BELOW = 8192;

/** A small head, and content that fits beside it, in one piece; larger content stays a piece of its own. */
export function joinMessage(
  head: string,
  content: Uint8Array | string | undefined,
): Uint8Array | readonly Uint8Array[] {
  if (content === undefined) return latin1(head);
  // Most texts are ASCII, which is written where it belongs and not copied there.
  if (typeof content === "string" && content.length <= JOIN_BELOW && utf8Length(content) === content.length)
    return latin1(head + content);
  const octets = typeof content === "string" ? encodeUtf8(content) : content;
  if (octets.length > JOIN_BELOW) return [latin1(head), octets];
  const piece = cut(head.length + octets.length);
  piece.set(octets, writeLatin1(head, piece, 0));
  return piece;
}

function latin1(text: string): Uint8Array {
  const piece = cut(text.length);
  writeLatin1(text, piece, 0);
  return piece;
}
