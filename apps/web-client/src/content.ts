/** What the command line says to send, opened afresh for each request: a redirect may ask for it again. */
import { readFile } from "node:fs/promises";
import type { ClientRequest } from "@socketscope/web";
import { EXIT, TransferError } from "./failure.ts";
import { openFile, openInput, readInput } from "./file-content.ts";
import { openForm, type FormPart } from "./form.ts";

export type ContentSource =
  | { readonly from: "nothing" }
  /** `@FILE` and `@-` are read; several are joined with "&". */
  | { readonly from: "data"; readonly data: readonly string[]; readonly type: string }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "input" }
  | { readonly from: "form"; readonly parts: readonly FormPart[] };

export interface OpenContent {
  readonly content?: NonNullable<ClientRequest["content"]>;
  readonly type?: string;
}

/** Octets of `--data @FILE` and `--data @-`, which are held whole. */
const MAX_DATA = 64 * 1024 * 1024;

export class Content {
  readonly #source: ContentSource;
  readonly #input: AsyncIterable<unknown>;
  #inputUsed = false;
  #data: Uint8Array | undefined;

  constructor(source: ContentSource, input: AsyncIterable<unknown>) {
    this.#source = source;
    this.#input = input;
  }

  get some(): boolean {
    return this.#source.from !== "nothing";
  }

  /** Throws TransferError when it cannot be read, or is standard input for the second time. */
  async open(): Promise<OpenContent> {
    const source = this.#source;
    switch (source.from) {
      case "nothing":
        return {};
      case "data":
        this.#data ??= await this.#join(source.data);
        return { content: this.#data, type: source.type };
      case "file":
        return { content: await openFile(source.path) };
      case "input":
        this.#useInput();
        return { content: openInput(this.#input) };
      case "form":
        return openForm(source.parts);
    }
  }

  #useInput(): void {
    if (this.#inputUsed)
      throw new TransferError(EXIT.readFailed, "standard input was sent already and cannot be sent again");
    this.#inputUsed = true;
  }

  async #join(data: readonly string[]): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (const [index, text] of data.entries()) {
      if (index > 0) pieces.push(Buffer.from("&"));
      pieces.push(await this.#read(text));
    }
    return Buffer.concat(pieces);
  }

  async #read(text: string): Promise<Uint8Array> {
    if (!text.startsWith("@")) return Buffer.from(text);
    if (text === "@-") {
      this.#useInput();
      return readInput(this.#input, MAX_DATA);
    }
    const { length } = await openFile(text.slice(1));
    if (length > MAX_DATA)
      throw new TransferError(
        EXIT.readFailed,
        `${text.slice(1)} is larger than ${MAX_DATA} bytes: use --upload-file`,
      );
    return readFile(text.slice(1));
  }
}
