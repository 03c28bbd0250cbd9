/**
 * Folders that are kept open, since one upload is seldom alone in its folder. Before one is lent again, the kernel says
 * where it is now: a folder that was moved, removed or replaced meanwhile is not what the path means any more.
 */
import type { Folder } from "./folder.ts";

interface Kept {
  readonly folder: Folder;
  users: number;
  /** Still the one for its path. */
  current: boolean;
}

export class FolderCache {
  readonly #root: Folder;
  /** How many; each is one or two descriptors. */
  readonly #most: number;
  /** By path; the longest unused first. */
  readonly #current = new Map<string, Kept>();
  readonly #all = new Map<Folder, Kept>();

  constructor(root: Folder, most: number) {
    this.#root = root;
    this.#most = most;
  }

  /** The folder below the root by these names, through no link. Undefined: it has to be gone to name by name. */
  async lend(names: readonly string[]): Promise<Folder | undefined> {
    const path = names.join("/");
    const kept = this.#current.get(path);
    if (kept !== undefined) {
      this.#current.delete(path);
      if (kept.folder.isBelow(this.#root, path)) {
        this.#current.set(path, kept);
        kept.users++;
        return kept.folder;
      }
      this.#drop(kept);
    }
    const folder = await this.#root.descend(names);
    if (folder !== undefined) this.#keep(path, folder);
    return folder;
  }

  #keep(path: string, folder: Folder): void {
    const before = this.#current.get(path);
    if (before !== undefined) this.#drop(before);
    const kept: Kept = { folder, users: 1, current: true };
    this.#current.set(path, kept);
    this.#all.set(folder, kept);
    const [oldest] = this.#current;
    if (this.#current.size <= this.#most || oldest === undefined) return;
    this.#current.delete(oldest[0]);
    this.#drop(oldest[1]);
  }

  giveBack(folder: Folder): void {
    const kept = this.#all.get(folder);
    if (kept === undefined) {
      folder.close();
      return;
    }
    kept.users--;
    if (!kept.current) this.#drop(kept);
  }

  #drop(kept: Kept): void {
    kept.current = false;
    if (kept.users > 0) return;
    this.#all.delete(kept.folder);
    kept.folder.close();
  }

  /** Nobody is here: nothing is kept for them. */
  clear(): void {
    for (const kept of this.#current.values()) this.#drop(kept);
    this.#current.clear();
  }
}
