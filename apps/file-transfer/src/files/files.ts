/** All homes of the program: opened at the first login, closed some time after the last one. */
import { lstat, mkdir, realpath } from "node:fs/promises";
import type { Login } from "../accounts/login.ts";
import type { FileLimits, Files, FileSystem } from "./file-system.ts";
import { openRoot } from "./folder.ts";
import { Home } from "./home.ts";
import { PortableFolder } from "./portable-folder.ts";
import { asProblem } from "./problems.ts";
import { View } from "./view.ts";

export const defaultFileLimits: FileLimits = {
  pathOctets: 4096,
  nameOctets: 255,
  links: 40,
  foldersKept: 64,
  page: 128,
  open: 1024,
  partialExpiry: 24 * 3600 * 1000,
};

export interface FilesOptions {
  readonly limits?: FileLimits;
  /** Bits that new files and folders do not get. Default 0o022. */
  readonly umask?: number;
  /** ms since 1970. */
  readonly now?: () => number;
  /** False: as on systems without /proc, for tests. */
  readonly descriptors?: boolean;
}

/** ms between two looks for partials that nobody came back for. */
const SWEEP = 60_000;

export function openFiles(options: FilesOptions = {}): Files {
  return new Homes(options);
}

class Homes implements Files {
  readonly #options: FilesOptions;
  readonly #limits: FileLimits;
  /** By the folder's real path. */
  readonly #homes = new Map<string, Lent>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultFileLimits;
    this.#sweep = setInterval(() => void this.#expire(), Math.min(SWEEP, this.#limits.partialExpiry));
    this.#sweep.unref();
  }

  async view(login: Login): Promise<FileSystem> {
    try {
      await mkdir(login.home, { recursive: true });
      const path = await realpath(login.home);
      const { dev, ino } = await lstat(path);
      const lent = this.#lend(path);
      try {
        const home = await lent.home;
        const { device, inode } = home.root.identity;
        if (device === dev && inode === ino) return await this.#viewOf(home, login, lent);
        // Somebody has put another folder in its place: those who are in the old one stay there.
        if (this.#homes.get(path) === lent) this.#homes.delete(path);
      } catch (error) {
        await this.#giveBack(lent);
        throw error;
      }
      await this.#giveBack(lent);
      return await this.view(login);
    } catch (error) {
      throw asProblem(error);
    }
  }

  async #viewOf(home: Home, login: Login, lent: Lent): Promise<View> {
    if (login.quota !== undefined) await home.count(lent.views === 1);
    const { umask = 0o022 } = this.#options;
    return new View({ home, login, limits: this.#limits, umask, closed: () => this.#giveBack(lent) });
  }

  /** Counted at once: what is lent is not closed meanwhile. */
  #lend(path: string): Lent {
    const lent = this.#homes.get(path) ?? { path, home: this.#open(path), views: 0 };
    this.#homes.set(path, lent);
    lent.views++;
    lent.home.catch(() => {
      if (this.#homes.get(path) === lent) this.#homes.delete(path);
    });
    return lent;
  }

  async #giveBack(lent: Lent): Promise<void> {
    const home = await lent.home.catch(() => undefined);
    lent.views--;
    if (lent.views > 0) return;
    home?.walk.rest();
    if (this.#homes.get(lent.path) !== lent) await home?.close();
  }

  async #open(path: string): Promise<Home> {
    const portable = (path: string): Promise<PortableFolder> => PortableFolder.root(path);
    const root = await (this.#options.descriptors === false ? portable(path) : openRoot(path, portable));
    const home = new Home(root, this.#limits);
    await home.partials.load();
    await home.expire(this.#now() - this.#limits.partialExpiry);
    return home;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  /** Partials that nobody came back for; and homes that nobody is in. */
  async #expire(): Promise<void> {
    for (const [path, lent] of this.#homes) {
      const home = await lent.home.catch(() => undefined);
      await home?.expire(this.#now() - this.#limits.partialExpiry).catch(() => undefined);
      if (lent.views > 0 || this.#homes.get(path) !== lent) continue;
      this.#homes.delete(path);
      await home?.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const homes = await Promise.allSettled([...this.#homes.values()].map(({ home }) => home));
    this.#homes.clear();
    for (const home of homes) if (home.status === "fulfilled") await home.value.close();
  }
}

interface Lent {
  readonly path: string;
  readonly home: Promise<Home>;
  /** Views that are open. */
  views: number;
}
