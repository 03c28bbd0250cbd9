/** The two trees of a mirror: one here, one on the server. */
import { lstat, readdir, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "./errors.ts";
import { ensureFolder, localError } from "./local-files.ts";
import { localName } from "./local-names.ts";
import type { Item, Side } from "./mirror-plan.ts";
import { within } from "./paths.ts";
import type { Pool } from "./pool.ts";
import type { RemoteEntry, RemoteFiles } from "./remote-files.ts";

export class LocalSide implements Side {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Each part is a checked name: nothing leads out. */
  at(path: string): string {
    return path === "" ? this.#root : join(this.#root, ...path.split("/").map((name) => localName(name)));
  }

  async list(folder: string): Promise<ReadonlyMap<string, Item>> {
    const items = new Map<string, Item>();
    const path = this.at(folder);
    try {
      for (const name of (await readdir(path)).toSorted()) {
        const stats = await lstat(join(path, name));
        const type = stats.isFile()
          ? "file"
          : stats.isDirectory()
            ? "folder"
            : stats.isSymbolicLink()
              ? "link"
              : "other";
        items.set(name, { type, size: stats.size, modified: stats.mtimeMs, precision: 1000 });
      }
    } catch (error) {
      throw localError(`cannot list ${path}`, error);
    }
    return items;
  }

  exact(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  makeFolder(path: string): Promise<void> {
    return ensureFolder(this.at(path));
  }

  async remove(path: string, { type }: Item): Promise<void> {
    const place = this.at(path);
    try {
      if (type === "folder") await rm(place, { recursive: true });
      else await unlink(place);
    } catch (error) {
      throw localError(`cannot remove ${place}`, error);
    }
  }
}

export class RemoteSide implements Side {
  readonly #pool: Pool;
  readonly #root: string;
  readonly #refused: (path: string, error: unknown) => void;

  /** `refused`: is told of names that this system must not or cannot have. */
  constructor(pool: Pool, root: string, refused: (path: string, error: unknown) => void) {
    this.#pool = pool;
    this.#root = root;
    this.#refused = refused;
  }

  at(path: string): string {
    return path === "" ? this.#root : within(this.#root, path);
  }

  async list(folder: string): Promise<ReadonlyMap<string, Item>> {
    const entries = await this.#pool.persistently((files) => files.list(this.at(folder)));
    const items = new Map<string, Item>();
    for (const entry of entries) {
      try {
        items.set(localName(entry.name), entry);
      } catch (error) {
        this.#refused(folder, error);
      }
    }
    return items;
  }

  exact(path: string): Promise<Item | undefined> {
    return this.#pool.persistently((files) => files.stat(this.at(path)));
  }

  makeFolder(path: string): Promise<void> {
    return this.#pool.persistently((files) => files.makeFolder(this.at(path)));
  }

  remove(path: string, { type }: Item): Promise<void> {
    return this.#pool.persistently((files) => removeTree(files, this.at(path), type));
  }
}

/** Links are removed, not followed. */
export async function removeTree(files: RemoteFiles, path: string, type: RemoteEntry["type"]): Promise<void> {
  if (type !== "folder") return files.remove(path);
  for (const { name, type: below } of await files.list(path)) {
    // What it calls `../x` would be elsewhere.
    if (name === "" || name.includes("/"))
      throw new FileError(
        "NAME",
        `the server lists ${JSON.stringify(name)} in ${path}: nothing is removed by that name`,
      );
    await removeTree(files, within(path, name), below);
  }
  await files.removeFolder(path);
}
