/**
 * An open folder inside a home. On Linux it is a descriptor, and what is in it is reached through
 * `/proc/self/fd/N/name`: the kernel begins at the folder itself, so whoever replaces a folder above it by a link
 * meanwhile changes nothing. Elsewhere it is a path that is looked at again: see portable-folder.ts.
 */
import { closeSync, constants, fstatSync, lstatSync, readlinkSync, statfsSync, type Stats } from "node:fs";
import { encodeName } from "@socketscope/wire";
import { open, type DiskPath } from "./disk.ts";
import { join } from "./names.ts";
import { problem, systemCode } from "./problems.ts";
import * as quick from "./quick.ts";

export interface Folder {
  /** A path that leads to the folder itself. */
  readonly self: string;
  /** A path for a name in it. Nothing may follow a link that stands there: O_NOFOLLOW, lstat, unlink. */
  at(name: string): DiskPath;
  /** A folder in it, never through a link: that is "not-a-folder" (ENOTDIR) like anything else that is none. */
  child(name: string): Promise<Folder>;
  /** The folder below it by these names in one step, or undefined: not without going name by name. */
  descend(names: readonly string[]): Promise<Folder | undefined>;
  /** It is where the path leads from `above`, now, and no link stands in the path. False also: nobody can tell. */
  isBelow(above: Folder, path: string): boolean;
  /** What stands there, held fast: chmod, utimes and truncate follow links, this path leads to none. */
  pin(name: string): Promise<Pin>;
  /** Still where it was opened; throws "not-found". On Linux there is nothing to ask. */
  confirm(): Promise<void>;
  /** Which folder it is, whatever it is called now. */
  readonly identity: Identity;
  /** Its file system lies in memory: a sync there writes nothing. */
  readonly inMemory: boolean;
  /** The names in it, as they are now, are on the disk when this resolves. One call at a time: see folder-sync.ts. */
  sync(): Promise<void>;
  close(): void;
}

export interface Identity {
  readonly device: number;
  readonly inode: number;
}

/** A file, folder or link held under whatever name. */
export interface Pin {
  readonly path: DiskPath;
  close(): void;
}

/** Linux only, and there on every machine Node runs on: a descriptor that only says where. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY;

/** What Linux calls tmpfs and ramfs (statfs(2)). */
const MEMORY: readonly number[] = [0x01021994, 0x858458f6];

export class DescriptorFolder implements Folder {
  readonly self: string;
  readonly #descriptor: number;
  #identity: Identity | undefined;
  #inMemory: boolean | undefined;
  /** The one above cannot be synced; opened when it is first asked for. */
  #real: number | undefined;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.self = `/proc/self/fd/${descriptor}`;
  }

  static async root(path: string): Promise<DescriptorFolder> {
    return new DescriptorFolder(await open(path, FOLDER));
  }

  at(name: string): DiskPath {
    return join(this.self, name);
  }

  async child(name: string): Promise<DescriptorFolder> {
    return new DescriptorFolder(await open(this.at(name), FOLDER | constants.O_NOFOLLOW));
  }

  /** The kernel follows any link on the way here; the one that comes out is taken only if none was. */
  async descend(names: readonly string[]): Promise<DescriptorFolder | undefined> {
    const way = names.join("/");
    const descriptor = await open(this.at(way), FOLDER).catch(() => undefined);
    if (descriptor === undefined) return undefined;
    const found = new DescriptorFolder(descriptor);
    if (found.isBelow(this, way)) return found;
    found.close();
    return undefined;
  }

  isBelow(above: Folder, way: string): boolean {
    try {
      // Memory only, no disk: worth no thread.
      if (!way.includes("/")) return this.#is(lstatSync(above.at(way), { throwIfNoEntry: false }));
      return readlinkSync(this.self, "buffer").equals(below(readlinkSync(above.self, "buffer"), way));
    } catch {
      // A path longer than the kernel tells, or a folder above that nobody may look into any more.
      return false;
    }
  }

  /** A link is another one than the folder it leads to; and as long as we hold ours, none has its number. */
  #is(found: Stats | undefined): boolean {
    const { device, inode } = this.identity;
    return found?.ino === inode && found.dev === device;
  }

  async pin(name: string): Promise<Pin> {
    const descriptor = await open(this.at(name), O_PATH | constants.O_NOFOLLOW);
    return {
      path: `/proc/self/fd/${descriptor}`,
      close: () => {
        closeSync(descriptor);
      },
    };
  }

  async confirm(): Promise<void> {}

  get identity(): Identity {
    if (this.#identity === undefined) {
      const { dev: device, ino: inode } = fstatSync(this.#descriptor);
      this.#identity = { device, inode };
    }
    return this.#identity;
  }

  get inMemory(): boolean {
    this.#inMemory ??= MEMORY.includes(statfsSync(this.self).type);
    return this.#inMemory;
  }

  async sync(): Promise<void> {
    this.#real ??= await open(this.self, constants.O_RDONLY | constants.O_DIRECTORY);
    await quick.fsync(this.#real, this.inMemory).catch(unlessUnsynced);
  }

  close(): void {
    closeSync(this.#descriptor);
    if (this.#real !== undefined) closeSync(this.#real);
  }
}

/** Some file systems keep folders in their own way and have nothing to sync. */
export function unlessUnsynced(error: unknown): void {
  if (systemCode(error) !== "EINVAL") throw error;
}

function below(folder: Buffer, way: string): Buffer {
  const octets = encodeName(folder.length === 1 ? way : `/${way}`) ?? Buffer.alloc(0);
  return Buffer.concat([folder, octets]);
}

/** Whether descriptors can be walked through here. */
export function hasDescriptorPaths(): boolean {
  try {
    readlinkSync("/proc/self/fd/0");
    return process.platform === "linux";
  } catch {
    return false;
  }
}

/** The home of `path` in the best way this system has. */
export async function openRoot(path: string, portable: (path: string) => Promise<Folder>): Promise<Folder> {
  if (path.includes("\0")) throw problem("bad-name");
  return hasDescriptorPaths() ? DescriptorFolder.root(path) : portable(path);
}
