/** The content of a request, pulled by the handler. */
import type { RequestBody } from "./handler.ts";
import { PulledContent } from "./pulled-content.ts";

/** The connection ended before the content did. */
export class ContentAborted extends Error {
  override readonly name = "ContentAborted";
  readonly code = "CONTENT_ABORTED";
}

const aborted = (): ContentAborted => new ContentAborted("the connection ended before the content did");
// Who still reads (a gateway) must not take this for the content's end.
const unwanted = (): ContentAborted => new ContentAborted("the response was whole before the content was");

export class PulledBody extends PulledContent implements RequestBody {
  #begin: (() => void) | undefined;

  /** `begin` is called when the handler first reads: the moment for 100 (Continue). */
  constructor(length: number | undefined, begin?: () => void) {
    super(length);
    this.#begin = begin;
  }

  abort(): void {
    this.fail(aborted);
  }

  /** The response is whole: what is left is discarded. */
  drop(): void {
    this.discard(unwanted);
  }

  protected begins(): void {
    const begin = this.#begin;
    this.#begin = undefined;
    begin?.();
  }

  protected leaves(): void {
    // A handler that stops reading may still answer; the response's end discards the rest.
  }
}
