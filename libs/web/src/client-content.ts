/** The content of a request of ours: held whole, or made piece by piece, and then only once. */
import type { FieldLines } from "@socketscope/http";
import type { StreamedContent } from "./handler.ts";

/** Octets that leave in one piece with their head; more is sent as the server takes it. */
const WHOLE_UP_TO = 64 * 1024;

export class OutgoingContent {
  /** Octets; undefined: nobody knows yet, it goes out in chunks. */
  readonly length: number | undefined;
  readonly #content: Uint8Array | StreamedContent | undefined;
  #begun = false;
  #pieces: AsyncIterator<Uint8Array> | undefined;

  constructor(content: string | Uint8Array | StreamedContent | undefined) {
    this.#content = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    this.length = this.#content === undefined ? 0 : this.#content.length;
  }

  get none(): boolean {
    return this.#content === undefined;
  }

  /** Undefined when it is better sent piece by piece. */
  get whole(): Uint8Array | undefined {
    const content = this.#content;
    return content instanceof Uint8Array && content.length <= WHOLE_UP_TO ? content : undefined;
  }

  /** It can be sent from its beginning (again). */
  get repeatable(): boolean {
    return !this.#begun || !isStreamed(this.#content);
  }

  begin(): AsyncIterator<Uint8Array> {
    this.#begun = true;
    const content = this.#content;
    this.#pieces = isStreamed(content)
      ? content.pieces[Symbol.asyncIterator]()
      : cutUp(content ?? new Uint8Array(0));
    return this.#pieces;
  }

  trailers(): FieldLines | undefined {
    return isStreamed(this.#content) ? this.#content.trailers?.() : undefined;
  }

  /** Nobody will ask for (more of) it: what makes it may let go of its file. Its failure to do so changes nothing here. */
  letGo(): void {
    const content = this.#content;
    if (!isStreamed(content)) return;
    this.#begun = true;
    const pieces = this.#pieces ?? content.pieces[Symbol.asyncIterator]();
    pieces.return?.().catch(() => undefined);
  }
}

function isStreamed(content: Uint8Array | StreamedContent | undefined): content is StreamedContent {
  return content !== undefined && "pieces" in content;
}

async function* cutUp(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += WHOLE_UP_TO) yield octets.subarray(at, at + WHOLE_UP_TO);
}
