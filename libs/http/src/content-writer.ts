/** RFC 9112 §6, §7.1: a request's content on its way out, held to the length it announced. */
import { LocalError } from "@socketscope/wire";
import type { FieldLines } from "./fields.ts";
import { formatChunk, formatLastChunk } from "./format.ts";

export class ContentWriter {
  /** Octets still due, or how it goes out; "stopped": the server wants no more of it. */
  #left: number | "chunked" | "stopped";

  constructor(content: number | "chunked") {
    this.#left = content;
  }

  get stopped(): boolean {
    return this.#left === "stopped";
  }

  /** From here on what is said goes nowhere. */
  stop(): void {
    this.#left = "stopped";
  }

  data(octets: Uint8Array): Uint8Array | readonly Uint8Array[] {
    if (this.#left === "stopped" || octets.length === 0) return [];
    if (this.#left === "chunked") return formatChunk(octets);
    if (octets.length > this.#left)
      throw new LocalError("HTTP_LENGTH", "the content is longer than its announced length");
    this.#left -= octets.length;
    return octets;
  }

  end(trailers: FieldLines | undefined): Uint8Array | readonly Uint8Array[] {
    const left = this.#left;
    if (left === "stopped") return [];
    if (left === "chunked") return formatLastChunk(trailers);
    if (left > 0)
      throw new LocalError("HTTP_LENGTH", `the content is ${left} octets shorter than its announced length`);
    return [];
  }
}
