/**
 * The content of a message on its way from the connection to whoever reads it: pulled, so that the socket waits while
 * nobody pulls. One machine for both sides; what a reader's coming and leaving mean is said by who extends it.
 */
import type { Fields } from "@socketscope/http";

export abstract class PulledContent implements AsyncIterable<Uint8Array> {
  /** Octets announced, or undefined when only the end will tell. */
  readonly length: number | undefined;
  /** Known when the content has ended. */
  trailers: Fields | undefined;
  /** A function: what readers of a broken content are told, made only when one reads on. */
  #state: "open" | "ended" | (() => unknown) = "open";
  #held: Uint8Array | undefined;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  constructor(length: number | undefined) {
    this.length = length;
  }

  get open(): boolean {
    return this.#state === "open";
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

  /** It broke off: what has arrived is still read, then `error` is thrown. */
  fail(error: () => unknown): void {
    if (this.#state === "open") this.#state = error;
    this.#arrived?.();
    this.#taken?.();
  }

  /** Nobody is to read the rest: who does is thrown `error`. */
  discard(error: () => unknown): void {
    this.#held = undefined;
    this.fail(error);
  }

  // ── the reader's side
  /** Called before the first piece is awaited of a content that is still to come. */
  protected abstract begins(): void;
  /** The reader has had enough, or all: it reads no more. */
  protected abstract leaves(): void;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.open) this.begins();
    try {
      for (;;) {
        const octets = this.#held;
        if (octets !== undefined) {
          this.#held = undefined;
          this.#taken?.();
          yield octets;
          continue;
        }
        if (typeof this.#state === "function") throw this.#state();
        if (this.#state === "ended") return;
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
        this.#arrived = undefined;
      }
    } finally {
      this.leaves();
    }
  }

  /** All of it. Throws {@link ContentTooLarge} above `limit` octets, and reads no further. */
  async bytes(limit: number): Promise<Uint8Array> {
    if ((this.length ?? 0) > limit) {
      this.leaves();
      throw new ContentTooLarge(limit);
    }
    return collect(this, limit);
  }

  /** As UTF-8. */
  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}

/** Thrown by `bytes` and `text`; of a request it is answered 413 (RFC 9110 §15.5.14). */
export class ContentTooLarge extends Error {
  override readonly name = "ContentTooLarge";
  readonly code = "CONTENT_TOO_LARGE";

  /** `limit` in octets. */
  constructor(limit: number) {
    super(`the content is larger than ${limit} octets`);
  }
}

/** All of it. Throws {@link ContentTooLarge} above `limit` octets, and reads no further. */
export async function collect(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > limit) throw new ContentTooLarge(limit);
    all.push(piece);
  }
  return Buffer.concat(all);
}
