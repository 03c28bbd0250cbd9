/** What a writer writes into, and what becomes of it: a hidden partial that takes a file's place, or the file itself. */
import { closeSync, type Stats } from "node:fs";
import { close, link, lstat, rename, unlink } from "./disk.ts";
import { syncFolder } from "./folder-sync.ts";
import type { Home } from "./home.ts";
import type { Lock } from "./locks.ts";
import type { OpenPartial } from "./partials.ts";
import { problem, systemCode, unlessMissing } from "./problems.ts";
import * as quick from "./quick.ts";
import { pathOf, type Place } from "./walk.ts";

export interface Destination {
  /** As the peer knows it. */
  readonly path: string;
  readonly descriptor: number;
  readonly atomic: boolean;
  /** Every write goes to the end, by the kernel's own hand. */
  readonly appends: boolean;
  /** A sync waits for no disk. */
  readonly inMemory: boolean;
  /** Octets that are there. */
  readonly size: number;
  /** Octets that go when this one takes their place. */
  readonly replaced: number;
  /** The octets are on the disk: into its place, for good. Ends it in any case. */
  commit(size: number): Promise<void>;
  /** Ends it; never rejects. `size`: what is in it. */
  abandon(partial: "keep" | "remove", size: number): Promise<void>;
}

export interface PartialTarget {
  readonly home: Home;
  readonly place: Place;
  readonly open: OpenPartial;
  /** The file that is replaced. */
  readonly old: Stats | undefined;
  /** Only where nothing is: SFTP's EXCL, STOU. */
  readonly exclusive: boolean;
  /** Gives the name back that "unique" has found. */
  readonly done?: () => void;
}

/** Takes the place and the partial over. */
export class PartialDestination implements Destination {
  readonly path: string;
  readonly atomic = true;
  readonly appends = false;
  readonly descriptor: number;
  readonly size: number;
  readonly replaced: number;
  readonly #target: PartialTarget;

  constructor(target: PartialTarget) {
    this.#target = target;
    this.path = pathOf(target.place);
    this.descriptor = target.open.descriptor;
    this.size = target.open.size;
    this.replaced = target.old?.size ?? 0;
  }

  get inMemory(): boolean {
    return this.#target.open.folder.inMemory;
  }

  async commit(size: number): Promise<void> {
    const { home, place, open, exclusive, done } = this.#target;
    try {
      // Only a quota asks what went.
      const gone = home.isCounted && !exclusive ? await lstatOf(place) : undefined;
      if (exclusive) await this.#linkInto();
      else await this.#renameInto();
      home.partials.forget(open);
      home.usage.shrink(gone?.size ?? 0);
      await syncFolder(place.folder);
    } catch (error) {
      // Its place is gone or taken: nobody can resume what has no place to go to.
      await home.partials.remove(open).catch(() => undefined);
      home.usage.shrink(size);
      throw error;
    } finally {
      home.walk.release(place);
      done?.();
      // All of it is on the disk: there is nothing a close could wait for.
      closeSync(this.descriptor);
    }
  }

  async #renameInto(): Promise<void> {
    const { place, open } = this.#target;
    await place.folder.confirm();
    await quick.rename(open.folder.at(open.partial.name), place.folder.at(place.name), this.replaced);
  }

  /** A second name first, which fails where there is one, and the hidden one goes. */
  async #linkInto(): Promise<void> {
    const { place, open } = this.#target;
    const [from, to] = [open.folder.at(open.partial.name), place.folder.at(place.name)];
    await place.folder.confirm();
    try {
      await link(from, to);
    } catch (error) {
      if (!withoutLinks(error)) throw error;
      if ((await lstat(to).catch(unlessMissing)) !== undefined) throw problem("exists");
      await rename(from, to);
      return;
    }
    await unlink(from).catch(unlessMissing);
  }

  async abandon(kept: "keep" | "remove", size: number): Promise<void> {
    const { home, place, open, done } = this.#target;
    await close(this.descriptor).catch(() => undefined);
    if (kept === "keep" && open.partial.resumable) home.partials.release(open);
    else {
      await home.partials.remove(open).catch(() => undefined);
      home.usage.shrink(size);
    }
    home.walk.release(place);
    done?.();
  }
}

async function lstatOf({ folder, name }: Place): Promise<Stats | undefined> {
  return lstat(folder.at(name)).catch(unlessMissing);
}

/** FAT and its like know one name for a file. */
export function withoutLinks(error: unknown): boolean {
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(systemCode(error) ?? "");
}

/** The file itself. What is written stays, whatever happens. */
export class InPlaceDestination implements Destination {
  readonly path: string;
  readonly atomic = false;
  readonly inMemory = false;
  readonly replaced = 0;
  readonly descriptor: number;
  readonly appends: boolean;
  readonly size: number;
  readonly #lock: Lock;

  constructor(path: string, descriptor: number, stat: Stats, appends: boolean, lock: Lock) {
    this.path = path;
    this.descriptor = descriptor;
    this.size = stat.size;
    this.appends = appends;
    this.#lock = lock;
  }

  async commit(): Promise<void> {
    await this.#end();
  }

  async abandon(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#lock.release();
    await close(this.descriptor).catch(() => undefined);
  }
}
