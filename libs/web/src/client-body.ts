/** The content of a response, pulled. */
import type { ContentLength, Fields } from "@socketscope/http";
import { RequestError } from "./client-errors.ts";
import { collect, ContentTooLarge, PulledPieces } from "./pulled-pieces.ts";

export interface ClientBody extends AsyncIterable<Uint8Array> {
  /** Octets announced, or undefined when only the end will tell. */
  readonly length: number | undefined;
  /** All of it. Throws ContentTooLarge above `limit` octets, and the connection ends. */
  bytes(limit: number): Promise<Uint8Array>;
  text(limit: number): Promise<string>;
  /** Known when the content has ended. */
  readonly trailers: Fields | undefined;
  /** Nobody wants the rest: the connection ends, unless the content had ended. */
  cancel(): void;
}

const unwanted = (): RequestError => new RequestError("ABORTED", "the content was not wanted");

export class ResponseBody implements ClientBody {
  readonly length: number | undefined;
  trailers: Fields | undefined;
  readonly #pieces = new PulledPieces();
  readonly #onCancel: () => void;

  /** `onCancel`: the reader has gone before the end. */
  constructor(content: ContentLength, onCancel: () => void) {
    this.length = typeof content === "number" ? content : undefined;
    this.#onCancel = onCancel;
  }

  // ── the connection's side
  push(octets: Uint8Array): void | Promise<void> {
    return this.#pieces.push(octets);
  }

  end(trailers: Fields): void {
    this.trailers = trailers;
    this.#pieces.end();
  }

  /** It broke: whoever reads on is told why. */
  fail(error: unknown): void {
    this.#pieces.fail(() => error);
  }

  // ── the reader's side
  cancel(): void {
    if (!this.#pieces.open) return;
    this.#pieces.discard(unwanted);
    this.#onCancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#pieces;
    } finally {
      // A reader that leaves early; after the end it does nothing.
      this.cancel();
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    if ((this.length ?? 0) > limit) {
      this.cancel();
      throw new ContentTooLarge(limit);
    }
    return collect(this, limit);
  }

  /** As UTF-8. */
  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}
