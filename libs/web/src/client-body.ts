/** The content of a response, pulled: while nobody pulls, the socket waits. */
import type { ContentLength, Fields } from "@socketscope/http";
import { ContentTooLarge } from "./body.ts";
import { RequestError } from "./client-errors.ts";

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

export class ResponseBody implements ClientBody {
  readonly length: number | undefined;
  trailers: Fields | undefined;
  readonly #onCancel: () => void;
  #state: "open" | "ended" | "cancelled" | "failed" = "open";
  #error: unknown;
  #held: Uint8Array | undefined;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  /** `onCancel`: the reader has gone before the end. */
  constructor(content: ContentLength, onCancel: () => void) {
    this.length = typeof content === "number" ? content : undefined;
    this.#onCancel = onCancel;
  }

  // ── the connection's side
  /** A promise, kept until the reader has taken the piece: that holds the next one back. */
  push(octets: Uint8Array): void | Promise<void> {
    if (this.#state !== "open") return;
    this.#held = octets;
    const taken = new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
    this.#arrived?.();
    return taken;
  }

  end(trailers: Fields): void {
    this.trailers = trailers;
    if (this.#state === "open") this.#state = "ended";
    this.#arrived?.();
  }

  /** It broke: whoever reads on is told why. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    this.#arrived?.();
    this.#taken?.();
  }

  // ── the reader's side
  cancel(): void {
    if (this.#state !== "open") return;
    this.#state = "cancelled";
    this.#held = undefined;
    this.#arrived?.();
    this.#taken?.();
    this.#onCancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const octets = this.#held;
        if (octets !== undefined) {
          this.#held = undefined;
          this.#taken?.();
          yield octets;
          continue;
        }
        if (this.#state === "failed") throw this.#error;
        if (this.#state === "cancelled") throw new RequestError("ABORTED", "the content was not wanted");
        if (this.#state === "ended") return;
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
        this.#arrived = undefined;
      }
    } finally {
      // A reader that leaves early; after the end it does nothing.
      this.cancel();
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    const tooLarge = (): ContentTooLarge => new ContentTooLarge(`the content is larger than ${limit} octets`);
    if ((this.length ?? 0) > limit) {
      this.cancel();
      throw tooLarge();
    }
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > limit) throw tooLarge();
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /** As UTF-8. */
  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}
