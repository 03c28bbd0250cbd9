/** Octets that a handler can read from any place of, answered as a file is: conditions, ranges, HEAD (RFC 9110 §13, §14). */
import { rangeLength, type ByteRange, type FieldLines } from "@socketscope/http";
import type { Request, Response, StreamedContent } from "./handler.ts";
import { answer, represent, type Source } from "./static-answer.ts";
import { STATIC_LIMITS } from "./static-options.ts";
import { plainProblem } from "./static-problems.ts";

export interface Readable {
  /** In octets. */
  readonly size: number;
  /** Octets from `position` on, at most `length`; none behind the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Called once, whatever becomes of the request. */
  close(): Promise<void>;
}

export interface ReadableContent {
  /** Owned: it is closed here. */
  readonly from: Readable;
  /** Content-Type. */
  readonly type: string;
  /** The opaque part of a strong entity tag (RFC 9110 §8.8.3): without quotes. */
  readonly etag: string;
  /** ms since 1970. Undefined: no Last-Modified is sent. */
  readonly modified?: number;
  readonly cacheControl?: string;
  readonly fields?: FieldLines;
  /** Octets that went out, each time some did. */
  readonly sent?: (octets: number) => void;
  /** Of a read. Default 256 KiB. */
  readonly readSize?: number;
}

/** For GET and HEAD. */
export function answerReadable(request: Request, content: ReadableContent): Response | Promise<Response> {
  const { type, etag, modified, cacheControl, fields = [] } = content;
  const representation = represent({
    type,
    validators: {
      etag: { weak: false, opaque: etag },
      ...(modified !== undefined && { lastModified: modified }),
    },
    coding: "identity",
    vary: undefined,
    cacheControl,
    more: fields,
  });
  return answer(request, representation, new ReadableSource(content), {
    now: Date.now(),
    maxRanges: STATIC_LIMITS.ranges,
    problem: plainProblem,
  });
}

/** It got shorter while it was being sent: the message must break off, not end. */
export class ContentShrank extends Error {
  override readonly name = "ContentShrank";
  readonly code = "WEB_CONTENT_SHRANK";
}

class ReadableSource implements Source {
  readonly #content: ReadableContent;

  constructor(content: ReadableContent) {
    this.#content = content;
  }

  get length(): number {
    return this.#content.from.size;
  }

  whole(): StreamedContent {
    return this.parts([{ first: 0, last: this.length - 1 }], this.length);
  }

  parts(parts: readonly (Uint8Array | ByteRange)[], length: number): StreamedContent {
    return { length, pieces: new ReadablePieces(this.#content, parts) };
  }

  release(): void {
    void this.#content.from.close();
  }
}

/** Closes at the end, on an error and on `return`, also when nothing was ever asked for. */
class ReadablePieces implements AsyncIterableIterator<Uint8Array> {
  readonly #content: ReadableContent;
  readonly #parts: (Uint8Array | ByteRange)[];
  #closed = false;

  constructor(content: ReadableContent, parts: readonly (Uint8Array | ByteRange)[]) {
    this.#content = content;
    this.#parts = parts.filter((part) => part instanceof Uint8Array || rangeLength(part) > 0);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    const part = this.#parts.shift();
    if (part === undefined) return this.return();
    if (part instanceof Uint8Array) return { done: false, value: part };
    try {
      const { from, readSize = 256 * 1024, sent } = this.#content;
      const octets = await from.read(part.first, Math.min(rangeLength(part), readSize));
      if (octets.length === 0) throw new ContentShrank("it got shorter while it was being sent");
      if (octets.length < rangeLength(part))
        this.#parts.unshift({ first: part.first + octets.length, last: part.last });
      sent?.(octets.length);
      return { done: false, value: octets };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#content.from.close();
    }
    return { done: true, value: undefined };
  }
}
