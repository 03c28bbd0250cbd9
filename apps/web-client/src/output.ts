/** Where content goes: standard output or a file, as fast as it takes it. */
import { open, type FileHandle } from "node:fs/promises";
import type { Writable } from "node:stream";
import { EXIT, TransferError } from "./failure.ts";

export interface Output {
  write(octets: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A reader that has gone (`| head`) ends the transfer, as a full disk does. */
export function toStream(stream: Writable): Output {
  return {
    write: (octets) =>
      new Promise((resolve, reject) => {
        stream.write(octets, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(new TransferError(EXIT.writeFailed, "standard output takes no more", { cause: error }));
        });
      }),
    close: () => Promise.resolve(),
  };
}

/** Made at its first octet, so that a failed transfer leaves what was there. */
export class FileOutput implements Output {
  readonly #path: string;
  readonly #append: boolean;
  #handle: FileHandle | undefined;

  constructor(path: string, append: boolean) {
    this.#path = path;
    this.#append = append;
  }

  async write(octets: Uint8Array): Promise<void> {
    await this.#try(async () => {
      this.#handle ??= await open(this.#path, this.#append ? "a" : "w");
      let from = 0;
      while (from < octets.length) from += (await this.#handle.write(octets, from)).bytesWritten;
    });
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new TransferError(EXIT.writeFailed, `cannot write ${this.#path}: ${why}`, { cause: error });
    }
  }
}

/** The file's name in a URL (`-O`). Throws TransferError when it has none. */
export function remoteName(url: URL): string {
  const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  // It is a name in this folder and nothing else, whatever the URL says.
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
    throw new TransferError(EXIT.writeFailed, `${url.href} ends in no file name: give one with --output`);
  return name;
}
