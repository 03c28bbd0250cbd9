/**
 * Uploads that have not ended: files in a hidden folder of the home, `.socketscope-partials`, named by the user and the
 * file they will be. A target on another file system, or below a home that takes no new folder, has one of its own.
 */
import { hash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { opendir } from "node:fs/promises";
import { fstat, lstat, mkdir, open, unlink } from "./disk.ts";
import type { Folder } from "./folder.ts";
import { PARTIALS } from "./names.ts";
import { problem, systemCode, unlessMissing } from "./problems.ts";
import * as quick from "./quick.ts";
import { pathOf, type Place } from "./walk.ts";
import type { Stats } from "node:fs";

export interface Partial {
  readonly name: string;
  /** Names of the folder in which the hidden folder stands. */
  readonly where: readonly string[];
  /** A writer has it. */
  live: boolean;
  /** False: the name was another writer's already, and nobody would find this one again. */
  readonly resumable: boolean;
}

export interface OpenPartial {
  readonly partial: Partial;
  readonly descriptor: number;
  readonly size: number;
  /** The hidden folder; to be closed with `release` or `remove`. */
  readonly folder: Folder;
}

const HIDDEN = 0o700;
const FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class Partials {
  readonly #root: Folder;
  readonly #known = new Map<string, Partial>();
  /** The home's own, open as long as the home is; undefined: not asked for yet. */
  #folder: Promise<Folder> | undefined;
  /** Those of which the disk knows nothing any more. */
  readonly #stale: Promise<Folder>[] = [];
  /** The home takes no new folder. */
  #elsewhere = false;

  constructor(root: Folder) {
    this.#root = root;
  }

  /** Learns what an earlier run has left. */
  async load(): Promise<void> {
    const folder = await this.#root.child(PARTIALS).catch(() => undefined);
    if (folder === undefined) return;
    this.#folder = Promise.resolve(folder);
    for await (const { name } of await opendir(folder.self)) {
      const stat = await lstat(folder.at(name)).catch(unlessMissing);
      // More names than this one: it was in its place already when we stopped.
      if (stat !== undefined && stat.nlink > 1) await unlink(folder.at(name)).catch(unlessMissing);
      else if (stat?.isFile() === true)
        this.#known.set(name, { name, where: [], live: false, resumable: !name.includes("-") });
    }
  }

  find(user: string, place: Place): Partial | undefined {
    return this.#known.size === 0 ? undefined : this.#known.get(nameFor(user, place));
  }

  /** Gives `work` the hidden folder in which it lies. */
  async use<T>(partial: Partial, place: Place, work: (folder: Folder) => Promise<T>): Promise<T> {
    const folder = await this.#open(partial.where, place);
    try {
      return await work(folder);
    } finally {
      this.#close(partial.where, folder);
    }
  }

  stat(partial: Partial, place: Place): Promise<Stats | undefined> {
    return this.use(partial, place, (folder) => lstat(folder.at(partial.name)).catch(unlessMissing));
  }

  /** An empty one. Where another writer of this user has that name, one that cannot be resumed. */
  async create(user: string, place: Place, mode: number): Promise<OpenPartial> {
    const usual = nameFor(user, place);
    const where = await this.#place(place);
    const known = this.#known.get(usual);
    const taken = known?.live === true;
    const name = taken ? `${usual}-${randomBytes(6).toString("hex")}` : usual;
    const partial: Partial = { name, where, live: true, resumable: !taken };
    // At once with the question: the next one asks while the disk is at work.
    this.#known.set(name, partial);
    try {
      // How much an earlier upload has left nobody has asked.
      return await this.#create(partial, place, mode, known === undefined ? 0 : Infinity);
    } catch (error) {
      this.#known.delete(name);
      throw error;
    }
  }

  async #create(
    partial: Partial,
    place: Place,
    mode: number,
    left: number,
    isAgain = false,
  ): Promise<OpenPartial> {
    const folder = await this.#open(partial.where, place);
    const flags = FLAGS | constants.O_CREAT | constants.O_TRUNC;
    try {
      const descriptor = await quick.open(folder.at(partial.name), flags, mode, left);
      return { partial, descriptor, size: 0, folder };
    } catch (error) {
      this.#close(partial.where, folder);
      if (systemCode(error) !== "ENOENT" || isAgain) throw error;
    }
    // Somebody has cleaned up, and the folder we hold is none any more. Others may hold it yet: it is closed with the home.
    if (this.#folder !== undefined) this.#stale.push(this.#folder);
    this.#folder = undefined;
    return this.#create(partial, place, mode, left, true);
  }

  /** Where it ended. Throws "busy" while another writer has it. */
  async resume(partial: Partial, place: Place): Promise<OpenPartial> {
    if (partial.live) throw problem("busy");
    partial.live = true;
    try {
      const folder = await this.#open(partial.where, place);
      try {
        const descriptor = await open(folder.at(partial.name), FLAGS);
        return { partial, descriptor, size: (await fstat(descriptor)).size, folder };
      } catch (error) {
        this.#close(partial.where, folder);
        throw error;
      }
    } catch (error) {
      partial.live = false;
      if (systemCode(error) === "ENOENT") this.#known.delete(partial.name);
      throw error;
    }
  }

  /** It stays for a resume. */
  release({ partial, folder }: OpenPartial): void {
    partial.live = false;
    this.#close(partial.where, folder);
  }

  /** It is in its place now. */
  forget({ partial, folder }: OpenPartial): void {
    this.#known.delete(partial.name);
    this.#close(partial.where, folder);
  }

  async remove(open: OpenPartial): Promise<void> {
    await unlink(open.folder.at(open.partial.name)).catch(unlessMissing);
    this.forget(open);
  }

  /** Whatever was written of it. A writer that still has it finds out at commit. */
  async discard(partial: Partial, place: Place): Promise<void> {
    await this.use(partial, place, (folder) => unlink(folder.at(partial.name)).catch(unlessMissing));
    this.#known.delete(partial.name);
  }

  /** Octets of those that nobody went on with since `before` (ms since 1970), and that are gone now. */
  async expire(before: number): Promise<number> {
    let octets = 0;
    for (const partial of this.#known.values()) {
      if (partial.live) continue;
      const folder = await this.#reach(partial.where).catch(() => undefined);
      if (folder === undefined) this.#known.delete(partial.name);
      else {
        const stat = await lstat(folder.at(partial.name)).catch(unlessMissing);
        if (stat === undefined || (stat.mtimeMs < before && !partial.live)) {
          await unlink(folder.at(partial.name)).catch(unlessMissing);
          this.#known.delete(partial.name);
          octets += stat?.size ?? 0;
        }
        this.#close(partial.where, folder);
      }
    }
    return octets;
  }

  async close(): Promise<void> {
    const folders = [...this.#stale, ...(this.#folder === undefined ? [] : [this.#folder])];
    this.#folder = undefined;
    this.#stale.length = 0;
    for (const folder of await Promise.allSettled(folders))
      if (folder.status === "fulfilled") folder.value.close();
  }

  /** Names of the folder whose hidden folder takes the partials of this place. */
  async #place({ folder, names }: Place): Promise<readonly string[]> {
    if (folder.identity.device !== this.#root.identity.device || this.#elsewhere) return names;
    try {
      await this.#own();
      return [];
    } catch (error) {
      if (!["EACCES", "EPERM", "EROFS"].includes(systemCode(error) ?? "")) throw error;
      this.#elsewhere = true;
      return names;
    }
  }

  #own(): Promise<Folder> {
    this.#folder ??= hiddenFolder(this.#root).catch((error: unknown) => {
      this.#folder = undefined;
      throw error;
    });
    return this.#folder;
  }

  #open(where: readonly string[], place: Place): Promise<Folder> {
    return where.length > 0 ? hiddenFolder(place.folder) : this.#own();
  }

  async #reach(where: readonly string[]): Promise<Folder> {
    if (where.length === 0) return this.#own();
    let folder = this.#root;
    for (const name of [...where, PARTIALS]) {
      const above = folder;
      try {
        folder = await above.child(name);
      } finally {
        if (above !== this.#root) above.close();
      }
    }
    return folder;
  }

  /** The home's own one stays open. */
  #close(where: readonly string[], folder: Folder): void {
    if (where.length > 0) folder.close();
  }
}

async function hiddenFolder(folder: Folder): Promise<Folder> {
  await mkdir(folder.at(PARTIALS), HIDDEN).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
  return folder.child(PARTIALS);
}

/** Asked for twice for each upload. */
let last = { user: "", path: "", name: "" };

/** The same for the same user and file, and of one length whatever theirs is. */
function nameFor(user: string, place: Place): string {
  const path = pathOf(place);
  if (last.path !== path || last.user !== user) {
    const octets = Buffer.concat([Buffer.from(`${user}\0`), Buffer.from(path, "utf16le")]);
    last = { user, path, name: hash("sha256", octets, "hex").slice(0, 40) };
  }
  return last.name;
}
