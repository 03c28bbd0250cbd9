/** RFC 9112 §2–§5: writing heads. Nothing an application says can split a message. */
import { cut, encodeUtf8, LocalError, writeLatin1 } from "@socketscope/wire";
import type { FieldLines } from "./fields.ts";
import { isToken } from "./grammar.ts";

/** Heads of field arrays that are used again and again (a cached file's) are written once. */
const written = new WeakMap<FieldLines, string>();

/** `Name: value CRLF …`. Throws LocalError for what would split the message (RFC 9110 §5.5) or frame it twice. */
export function formatFieldLines(fields: FieldLines): string {
  const before = written.get(fields);
  if (before !== undefined) return before;
  let text = "";
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    if (!isToken(name)) throw new LocalError("HTTP_FIELD_NAME", `"${name}" is not a field name`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new LocalError("HTTP_FIELD_VALUE", `the value of ${name} holds a control or wide character`);
    }
    if (/^(?:content-length|transfer-encoding|connection|keep-alive)$/i.test(name)) {
      throw new LocalError("HTTP_FRAMING_FIELD", `${name} is written by the core`);
    }
    text += `${name}: ${value}\r\n`;
  }
  written.set(fields, text);
  return text;
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

/** A small head, and content that fits beside it, in one piece; larger content stays a piece of its own. */
export function joinMessage(
  head: string,
  content: Uint8Array | string | undefined,
): Uint8Array | readonly Uint8Array[] {
  const octets = typeof content === "string" ? encodeUtf8(content) : content;
  const length = octets?.length ?? 0;
  if (octets === undefined || length > 8192) {
    const piece = cut(head.length);
    writeLatin1(head, piece, 0);
    return octets === undefined ? piece : [piece, octets];
  }
  const piece = cut(head.length + length);
  piece.set(octets, writeLatin1(head, piece, 0));
  return piece;
}
