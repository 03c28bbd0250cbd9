/** The content of a response, pulled. */
import type { ContentLength, Fields } from "@socketscope/http";
import { RequestError } from "./client-errors.ts";
import { PulledContent } from "./pulled-content.ts";

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

export class ResponseBody extends PulledContent implements ClientBody {
  readonly #onCancel: () => void;

  /** `onCancel`: the reader has gone before the end. */
  constructor(content: ContentLength, onCancel: () => void) {
    super(typeof content === "number" ? content : undefined);
    this.#onCancel = onCancel;
  }

  cancel(): void {
    if (!this.open) return;
    this.discard(unwanted);
    this.#onCancel();
  }

  protected begins(): void {
    // The server sends without being asked twice.
  }

  /** One that leaves early; after the end it does nothing. */
  protected leaves(): void {
    this.cancel();
  }
}
