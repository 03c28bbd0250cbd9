/** A folder read page by page, with what `lstat` says of each entry. */
import type { Dir } from "node:fs";
import { opendir } from "node:fs/promises";
import { describe } from "./describe.ts";
import { lstat, readlink } from "./disk.ts";
import type { FolderEntry, FolderReader } from "./file-system.ts";
import type { Folder } from "./folder.ts";
import { nameOf, PARTIALS } from "./names.ts";
import { asProblem, problem } from "./problems.ts";

export class Listing implements FolderReader {
  readonly #folder: Folder;
  readonly #dir: Dir;
  readonly #page: number;
  readonly #closed: (listing: Listing) => void;
  /** One page after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> | undefined;

  private constructor(folder: Folder, dir: Dir, page: number, closed: (listing: Listing) => void) {
    this.#folder = folder;
    this.#dir = dir;
    this.#page = page;
    this.#closed = closed;
  }

  /** `closed` lets go of the folder. */
  static async open(folder: Folder, page: number, closed: (listing: Listing) => void): Promise<Listing> {
    await folder.confirm();
    // Latin-1 has a letter for each octet: names come whole, whatever they are.
    const dir = await opendir(folder.self, { encoding: "latin1", bufferSize: page });
    return new Listing(folder, dir, page, closed);
  }

  next(): Promise<readonly FolderEntry[]> {
    const page = this.#turn.then(() => this.#next());
    this.#turn = page.catch(() => undefined);
    return page;
  }

  async #next(): Promise<readonly FolderEntry[]> {
    if (this.#ended !== undefined) throw problem("closed");
    try {
      for (;;) {
        const names = await this.#names();
        if (names.length === 0) return [];
        const entries = await Promise.all(names.map((name) => entryOf(this.#folder, name)));
        const there = entries.filter((entry) => entry !== undefined);
        if (there.length > 0) return there;
      }
    } catch (error) {
      throw asProblem(error);
    }
  }

  async #names(): Promise<readonly string[]> {
    const names: string[] = [];
    while (names.length < this.#page) {
      const entry = await this.#dir.read();
      if (entry === null) break;
      if (entry.name !== PARTIALS) names.push(nameOf(Buffer.from(entry.name, "latin1")));
    }
    return names;
  }

  close(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  async #close(): Promise<void> {
    await this.#turn;
    await this.#dir.close().catch(() => undefined);
    this.#closed(this);
  }
}

/** Undefined: gone since its name was read. */
async function entryOf(folder: Folder, name: string): Promise<FolderEntry | undefined> {
  try {
    const stat = describe(await lstat(folder.at(name)));
    if (stat.kind !== "link") return { name, stat };
    return { name, stat, target: nameOf(await readlink(folder.at(name))) };
  } catch (error) {
    const { code } = asProblem(error);
    // No longer a link: the next listing tells what it is.
    if (code === "not-found" || code === "unsupported") return undefined;
    throw error;
  }
}
