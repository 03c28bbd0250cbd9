/** A regular file open for reading. */
import { closeSync, constants, fstatSync, type Stats } from "node:fs";
import { Calls } from "./calls.ts";
import { describe } from "./describe.ts";
import type { FileReader, FileStat } from "./file-system.ts";
import type { Folder } from "./folder.ts";
import { problem } from "./problems.ts";
import * as quick from "./quick.ts";

// Without O_NONBLOCK the open of a pipe waits for its other end, for ever.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface OpenFile {
  readonly descriptor: number;
  /** As it was when it was opened. */
  readonly stat: Stats;
  /** One's own unfinished upload. */
  readonly partial: boolean;
}

/** A regular file; throws "not-a-file", "is-a-folder". The kernel follows no link here. */
export async function openRegular(folder: Folder, name: string, partial = false): Promise<OpenFile> {
  await folder.confirm();
  const descriptor = await quick.open(folder.at(name), FLAGS);
  try {
    // What an open file is, the kernel knows without a disk.
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw problem("is-a-folder");
    if (!stat.isFile()) throw problem("not-a-file");
    await folder.confirm();
    return { descriptor, stat, partial };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

export class Reader implements FileReader {
  readonly size: number;
  readonly #descriptor: number;
  readonly #partial: boolean;
  readonly #closed: (reader: Reader) => void;
  readonly #calls = new Calls();

  constructor({ descriptor, stat, partial }: OpenFile, closed: (reader: Reader) => void) {
    this.size = stat.size;
    this.#descriptor = descriptor;
    this.#partial = partial;
    this.#closed = closed;
  }

  stat(): Promise<FileStat> {
    return this.#calls.run(async () => describe(fstatSync(this.#descriptor), this.#partial));
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#calls.run(() => quick.readFully(this.#descriptor, into, position, this.size));
  }

  close(): Promise<void> {
    return this.#calls.end(() => this.#close());
  }

  async #close(): Promise<void> {
    // A read in flight would read from whatever file gets this descriptor's number next.
    await this.#calls.settled();
    this.#closed(this);
    closeSync(this.#descriptor);
  }
}
