/** Contents too big for the journal: files of their own, linked from the spool, named by the message. */
import { createReadStream } from "node:fs";
import { link, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "@socketscope/maildir";

export class LargeFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<LargeFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new LargeFiles(folder);
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** A synced file gets a second name here; durable when it resolves with that name. */
  async keep(id: string, file: string): Promise<string> {
    const name = `${id}.eml`;
    await link(file, this.path(name));
    await syncFolder(this.#folder);
    return name;
  }

  read(name: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(name), { highWaterMark: 256 * 1024 });
  }

  /** Octets; -1: there is none. */
  size(name: string): Promise<number> {
    return stat(this.path(name)).then(
      (found) => found.size,
      () => -1,
    );
  }

  remove(name: string): Promise<void> {
    return rm(this.path(name), { force: true });
  }

  /** Files that no record names were never promised. */
  async removeAllBut(needed: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) if (!needed.has(name)) await this.remove(name);
  }
}
