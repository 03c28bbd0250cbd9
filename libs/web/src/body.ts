/** The content of a request, pulled by the handler: while nobody pulls, the socket waits. */
import type { Fields } from "@socketscope/http";
import type { RequestBody } from "./handler.ts";

/** Thrown by `bytes` and `text`; answered 413 (RFC 9110 §15.5.14). */
export class ContentTooLarge extends Error {
  override readonly name = "ContentTooLarge";
  readonly code = "CONTENT_TOO_LARGE";
}

/** The connection ended before the content did. */
export class ContentAborted extends Error {
  override readonly name = "ContentAborted";
  readonly code = "CONTENT_ABORTED";
}

export class PulledBody implements RequestBody {
  readonly length: number | undefined;
  trailers: Fields | undefined;
  readonly #begin: (() => void) | undefined;
  #begun = false;
  #state: "open" | "ended" | "aborted" | "unwanted" = "open";
  #held: Uint8Array | undefined;
  #pulled: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  /** `begin` is called when the handler first reads: the moment for 100 (Continue). */
  constructor(length: number | undefined, begin?: () => void) {
    this.length = length;
    this.#begin = begin;
  }

  // ── the connection's side
  /** A promise, kept until the handler has taken the piece: that holds the next one back. */
  push(octets: Uint8Array): void | Promise<void> {
    if (this.#state !== "open") return;
    this.#held = octets;
    const taken = new Promise<void>((resolve) => {
      this.#pulled = resolve;
    });
    this.#arrived?.();
    return taken;
  }

  end(trailers: Fields): void {
    this.trailers = trailers;
    if (this.#state === "open") this.#state = "ended";
    this.#arrived?.();
  }

  abort(): void {
    if (this.#state === "open") this.#state = "aborted";
    this.#arrived?.();
    this.#pulled?.();
  }

  /** The response is whole: what is left is discarded. */
  discard(): void {
    if (this.#state === "open") this.#state = "unwanted";
    this.#held = undefined;
    this.#pulled?.();
    this.#arrived?.();
  }

  // ── the handler's side
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (!this.#begun) {
      this.#begun = true;
      if (this.#state === "open") this.#begin?.();
    }
    for (;;) {
      const octets = this.#held;
      if (octets !== undefined) {
        this.#held = undefined;
        this.#pulled?.();
        yield octets;
        continue;
      }
      if (this.#state === "aborted") throw new ContentAborted("the connection ended before the content did");
      // Who still reads (a gateway) must not take this for the content's end.
      if (this.#state === "unwanted")
        throw new ContentAborted("the response was whole before the content was");
      if (this.#state !== "open") return;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      this.#arrived = undefined;
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    const tooLarge = (): ContentTooLarge => new ContentTooLarge(`the content is larger than ${limit} octets`);
    if ((this.length ?? 0) > limit) throw tooLarge();
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > limit) throw tooLarge();
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}
