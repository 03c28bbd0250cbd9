/** Content codings made on the fly (RFC 9110 §8.4): whole for what is small, piece by piece for the rest. */
import { Readable, pipeline } from "node:stream";
import { promisify } from "node:util";
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from "node:zlib";

const gzipWhole = promisify(gzip);
const brotliWhole = promisify(brotliCompress);

const GZIP_LEVEL = 6;
/** Quality 5 packs better than gzip -9 in about the time of gzip -6; 11, the default, takes 50 times as long. */
const BROTLI_QUALITY = 5;
/** 2^18 octets: a stream's window is held for as long as the slowest client takes. */
const BROTLI_STREAM_WINDOW = 18;

const SHRINKING = new Set([
  "application/javascript",
  "application/json",
  "application/x-javascript",
  "application/xml",
  "application/wasm",
  "application/rtf",
  "application/x-ndjson",
  "application/vnd.ms-fontobject",
  "application/vnd.apple.mpegurl",
  "font/otf",
  "font/ttf",
  "font/collection",
  "image/bmp",
  "image/x-icon",
  "image/vnd.microsoft.icon",
]);

/** Whether content of this type (a Content-Type value) usually shrinks. */
export function isCompressible(type: string): boolean {
  const essence = (type.split(";", 1)[0] ?? "").trim().toLowerCase();
  // text/event-stream must reach the reader as it is written.
  if (essence.startsWith("text/")) return essence !== "text/event-stream";
  return /\+(?:json|xml)$/.test(essence) || SHRINKING.has(essence);
}

/** The coded octets. In a thread of the pool. */
export function compressWhole(octets: Uint8Array, coding: "br" | "gzip"): Promise<Uint8Array> {
  if (coding === "gzip") return gzipWhole(octets, { level: GZIP_LEVEL });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliWhole(octets, {
    params: { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: octets.length },
  });
}

/**
 * Codes `pieces` as they are asked for; at most a window and some 32 KiB are held. Owns `pieces`: their `return`
 * is called at the end, on an error, and when this is left early, even before the first piece. `released` is
 * called once after that.
 */
export class CompressedPieces implements AsyncIterableIterator<Uint8Array> {
  readonly #pieces: AsyncIterableIterator<Uint8Array>;
  readonly #coding: "br" | "gzip";
  readonly #released: () => void;
  #output: AsyncIterator<Uint8Array> | undefined;
  #over = false;

  constructor(pieces: AsyncIterableIterator<Uint8Array>, coding: "br" | "gzip", released: () => void) {
    this.#pieces = pieces;
    this.#coding = coding;
    this.#released = released;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#over) return { done: true, value: undefined };
    try {
      this.#output ??= this.#start();
      const result = await this.#output.next();
      if (result.done !== true) return result;
      await this.return();
      return { done: true, value: undefined };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#over) {
      this.#over = true;
      // Leaving the coder's iterator destroys it, and with it the pipeline.
      await this.#output?.return?.();
      await this.#pieces.return?.();
      this.#released();
    }
    return { done: true, value: undefined };
  }

  #start(): AsyncIterator<Uint8Array> {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;
    const coder =
      this.#coding === "gzip"
        ? createGzip({ level: GZIP_LEVEL })
        : createBrotliCompress({
            params: { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_LGWIN]: BROTLI_STREAM_WINDOW },
          });
    // The error comes out of the iterator; pipeline wants to tell it a second time.
    pipeline(Readable.from(this.#pieces, { objectMode: true, highWaterMark: 1 }), coder, () => {});
    return coder[Symbol.asyncIterator]();
  }
}
