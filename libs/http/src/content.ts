/** RFC 9112 §6, §7: how long a message's content is, and reading it. */
import { decodeLatin1, type ReceiveBuffer } from "@socketscope/wire";
import type { ContentLength, ResponseHead, Version } from "./events.ts";
import { fault, tooLarge } from "./fault.ts";
import { Fields } from "./fields.ts";
import { HeadScanner, headText, parseFieldLines } from "./grammar.ts";
import type { HttpLimits } from "./limits.ts";

const LF = 10;
const NO_TRAILERS = new Fields([]);

/**
 * RFC 9112 §6.3, as far as the fields decide: octets, "chunked", or undefined when they say nothing. Whatever two
 * readers could understand differently is refused.
 */
export function contentOf(fields: Fields, version: Version): number | "chunked" | undefined {
  const coding = fields.get("transfer-encoding");
  const length = fields.get("content-length");
  if (coding !== undefined) {
    // RFC 9112 §6.1: a sender of HTTP/1.0 does not know Transfer-Encoding; its framing is faulty.
    if (version === "1.0")
      fault("HTTP_TRANSFER_ENCODING", 400, "Transfer-Encoding does not exist in HTTP/1.0");
    // RFC 9112 §6.3 (3): both may be an attempt at request smuggling.
    if (length !== undefined) {
      fault("HTTP_TRANSFER_ENCODING", 400, "Content-Length and Transfer-Encoding cannot stand together");
    }
    if (coding.toLowerCase() === "chunked") return "chunked";
    // RFC 9112 §6.1: an unknown coding is 501; one where chunked is not last, or is twice, has no end (§6.3, §7).
    const names = coding.split(",").map((name) => name.trim().toLowerCase());
    const chunked = names.filter((name) => name === "chunked").length;
    if (chunked === 1 && names.at(-1) === "chunked") {
      fault("HTTP_TRANSFER_ENCODING", 501, "no transfer coding but chunked is understood");
    }
    fault(
      "HTTP_TRANSFER_ENCODING",
      chunked === 0 ? 501 : 400,
      "chunked must be the last transfer coding, once",
    );
  }
  if (length === undefined) return undefined;
  // RFC 9112 §6.3 (5): a list or an invalid value has no certain meaning.
  if (!/^\d{1,15}$/.test(length)) fault("HTTP_CONTENT_LENGTH", 400, "Content-Length is one decimal number");
  return Number(length);
}

/** RFC 9112 §6.3 for a response to `method`, in its order. */
export function contentOfResponse({ status, version, fields }: ResponseHead, method: string): ContentLength {
  // RFC 9112 §6.3: (1) these end with their head, whatever their fields say.
  if (method === "HEAD" || status === 204 || status === 304) return 0;
  // RFC 9112 §6.3: (3) to (6), and (8): nothing says how long it is, so it ends with the connection.
  return contentOf(fields, version) ?? "close";
}

/** RFC 9110 §6.5.1: fields that frame or route are no trailers. */
const NOT_IN_TRAILERS =
  /^(?:transfer-encoding|content-length|host|connection|trailer|te|upgrade|content-encoding|content-type|content-range)$/i;

/** Reads one message's content out of the buffer, in views. */
export class ContentReader {
  readonly content: ContentLength;
  readonly #limits: HttpLimits;
  #part: "data" | "chunk-size" | "chunk-end" | "trailers" | "done";
  #left: number;
  #scanner: HeadScanner | undefined;

  constructor(content: ContentLength, limits: HttpLimits) {
    this.content = content;
    this.#limits = limits;
    this.#part = content === "chunked" ? "chunk-size" : "data";
    this.#left = typeof content === "number" ? content : content === "close" ? Infinity : 0;
  }

  get done(): boolean {
    return this.#part === "done";
  }

  /** Octets, the trailers at the end, or undefined when more is needed. Throws RemoteError. */
  next(buffer: ReceiveBuffer): Uint8Array | Fields | undefined {
    for (;;) {
      switch (this.#part) {
        case "data": {
          if (this.#left === 0) {
            if (this.content === "chunked") {
              this.#part = "chunk-end";
              continue;
            }
            this.#part = "done";
            return NO_TRAILERS;
          }
          if (buffer.length === 0) return undefined;
          const octets = buffer.take(this.#left);
          this.#left -= octets.length;
          return octets;
        }
        case "chunk-size": {
          const size = this.#chunkSize(buffer);
          if (size === undefined) return undefined;
          this.#left = size;
          this.#part = size === 0 ? "trailers" : "data";
          continue;
        }
        case "chunk-end":
          if (buffer.length < 2) {
            if (buffer.length === 1 && buffer.octets[buffer.at] !== 13) noChunkEnd();
            return undefined;
          }
          if (buffer.octets[buffer.at] !== 13 || buffer.octets[buffer.at + 1] !== LF) noChunkEnd();
          buffer.skip(2);
          this.#part = "chunk-size";
          continue;
        case "trailers": {
          this.#scanner ??= new HeadScanner();
          const length = this.#scanner.scan(buffer, this.#limits, false);
          if (length === undefined) return undefined;
          this.#part = "done";
          if (this.#scanner.count === 0) {
            buffer.skip(length);
            return NO_TRAILERS;
          }
          const trailers = parseFieldLines(headText(buffer, length, this.#scanner), this.#scanner, 0);
          buffer.skip(length);
          for (const [name] of trailers) {
            if (NOT_IN_TRAILERS.test(name)) fault("HTTP_TRAILER", 400, `${name} cannot be a trailer field`);
          }
          return trailers;
        }
        case "done":
          return undefined;
      }
    }
  }

  /** RFC 9112 §7.1: `chunk-size [chunk-ext] CRLF`, hexadecimal. */
  #chunkSize(buffer: ReceiveBuffer): number | undefined {
    const { octets, at } = buffer;
    const to = Math.min(buffer.end, at + this.#limits.chunkLine + 1);
    const found = octets.subarray(0, to).indexOf(LF, at);
    if (found < 0) {
      if (to - at > this.#limits.chunkLine)
        tooLarge(400, `a chunk's size line is longer than ${this.#limits.chunkLine} octets`);
      return undefined;
    }
    const line = decodeLatin1(octets, at, found + 1);
    // RFC 9112 §7.1.1: extensions are read over. 13 digits stay below 2^53.
    const match = /^([0-9A-Fa-f]{1,13})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r\n$/.exec(line);
    const size = match?.[1];
    if (size === undefined) fault("HTTP_CHUNK", 400, "a chunk begins with its size in hexadecimal and CR LF");
    buffer.skip(line.length);
    return Number.parseInt(size, 16);
  }
}

function noChunkEnd(): never {
  fault("HTTP_CHUNK", 400, "a chunk's data is not followed by CR LF: its size is wrong");
}
