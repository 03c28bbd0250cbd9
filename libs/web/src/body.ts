/** The content of a request, pulled by the handler. */
import type { Fields } from "@socketscope/http";
import type { RequestBody } from "./handler.ts";
import { collect, ContentTooLarge, PulledPieces } from "./pulled-pieces.ts";

/** The connection ended before the content did. */
export class ContentAborted extends Error {
  override readonly name = "ContentAborted";
  readonly code = "CONTENT_ABORTED";
}

const aborted = (): ContentAborted => new ContentAborted("the connection ended before the content did");
// Who still reads (a gateway) must not take this for the content's end.
const unwanted = (): ContentAborted => new ContentAborted("the response was whole before the content was");

export class PulledBody implements RequestBody {
  readonly length: number | undefined;
  trailers: Fields | undefined;
  readonly #pieces = new PulledPieces();
  #begin: (() => void) | undefined;

  /** `begin` is called when the handler first reads: the moment for 100 (Continue). */
  constructor(length: number | undefined, begin?: () => void) {
    this.length = length;
    this.#begin = begin;
  }

  // ── the connection's side
  push(octets: Uint8Array): void | Promise<void> {
    return this.#pieces.push(octets);
  }

  end(trailers: Fields): void {
    this.trailers = trailers;
    this.#pieces.end();
  }

  abort(): void {
    this.#pieces.fail(aborted);
  }

  /** The response is whole: what is left is discarded. */
  discard(): void {
    this.#pieces.discard(unwanted);
  }

  // ── the handler's side
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const begin = this.#begin;
    this.#begin = undefined;
    if (this.#pieces.open) begin?.();
    yield* this.#pieces;
  }

  async bytes(limit: number): Promise<Uint8Array> {
    if ((this.length ?? 0) > limit) throw new ContentTooLarge(limit);
    return collect(this, limit);
  }

  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}
