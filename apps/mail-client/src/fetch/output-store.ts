/** Messages on standard output: octet for octet as the server sent them, or as an mbox. Nothing of it is kept for sure. */
import type { Writable } from "node:stream";
import { MboxText } from "./mbox-text.ts";
import type { Letter, Store } from "./store.ts";

export class OutputStore implements Store {
  readonly name = "standard output";
  readonly memory = undefined;
  readonly #output: Writable;
  readonly #mbox: boolean;

  constructor(output: Writable, options: { readonly mbox: boolean }) {
    this.#output = output;
    this.#mbox = options.mbox;
  }

  begin(): Letter {
    const text = this.#mbox ? new MboxText() : undefined;
    return {
      write: (octets) => this.#write(text === undefined ? octets : text.data(octets)),
      end: () => (text === undefined ? undefined : this.#write(text.end())),
      keep: () => Promise.resolve(),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves when it has gone on its way, or its reader has. */
  #write(octets: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#output.write(octets, () => resolve());
    });
  }
}
