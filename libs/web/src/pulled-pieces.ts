/** The pieces of a content on their way from the connection to whoever reads it: while nobody pulls, the socket waits. */

export class PulledPieces implements AsyncIterable<Uint8Array> {
  /** A function: what readers of a broken content are told, made only when one reads on. */
  #state: "open" | "ended" | (() => unknown) = "open";
  #held: Uint8Array | undefined;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;

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

  end(): void {
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
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
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
