/**
 * From a path to the place it means: an open folder inside the home and a name in it. Names are gone through one by
 * one, links are read and followed by us and not by the kernel, so nothing between two steps leads out of the home.
 */
import { readlink } from "./disk.ts";
import { FolderCache } from "./folder-cache.ts";
import type { Folder } from "./folder.ts";
import { nameOf, readPath, type NameLimits, type Path } from "./names.ts";
import { asProblem, problem, systemCode } from "./problems.ts";
import * as quick from "./quick.ts";
import type { Stats } from "node:fs";

export interface WalkLimits extends NameLimits {
  /** Links followed on the way to one file. */
  readonly links: number;
  /** Folders kept open in a home, for the next file in them. */
  readonly foldersKept: number;
}

export interface Place {
  readonly folder: Folder;
  /** Of the folder, from the home on; no links, no `..`. */
  readonly names: readonly string[];
  /** "": the folder itself. */
  readonly name: string;
  /** It has to be a folder: the path ended in `/`. */
  readonly mustBeFolder: boolean;
  /** Links followed so far. */
  readonly followed: number;
}

/** What stands at a place; undefined: nothing. Through links only where `follow` was asked for. */
export interface Found {
  readonly place: Place;
  readonly stat: Stats | undefined;
}

/** As a peer knows it. */
export function pathOf({ names, name }: Place): string {
  return `/${(name === "" ? names : [...names, name]).join("/")}`;
}

export class Walk {
  readonly #root: Folder;
  readonly #limits: WalkLimits;
  readonly #cache: FolderCache;

  constructor(root: Folder, limits: WalkLimits) {
    this.#root = root;
    this.#limits = limits;
    this.#cache = new FolderCache(root, limits.foldersKept);
  }

  /** Closes what nobody uses. */
  rest(): void {
    this.#cache.clear();
  }

  /** The caller releases the place. What the last name is, is not looked at. */
  async locate(path: string): Promise<Place> {
    const { names, folder: mustBeFolder } = readPath(path, this.#limits);
    const lead = names.slice(0, -1);
    const name = names.at(-1);
    if (!names.includes("..") && name !== undefined) {
      const folder = lead.length === 0 ? this.#root : await this.#cache.lend(lead);
      if (folder !== undefined) return { folder, names: lead, name, mustBeFolder, followed: 0 };
    }
    return new Steps(this.#root, this.#limits).go({ names, folder: mustBeFolder });
  }

  /** With what is there. `follow`: a link at the end is followed as well, to whatever there is or is not. */
  async find(path: string, follow: boolean): Promise<Found> {
    let place = await this.locate(path);
    try {
      for (;;) {
        const stat = await this.look(place);
        if (stat?.isSymbolicLink() !== true || !(follow || place.mustBeFolder)) {
          if (place.mustBeFolder && stat?.isDirectory() === false) throw problem("not-a-folder");
          return { place, stat };
        }
        place = await this.#follow(place);
      }
    } catch (error) {
      this.release(place);
      throw asProblem(error);
    }
  }

  /** What stands there, a link as itself. */
  async look({ folder, name }: Place): Promise<Stats | undefined> {
    if (name === "") return quick.look(`${folder.self}/.`);
    await folder.confirm();
    return quick.look(folder.at(name));
  }

  /** Takes the place over: it is released when this resolves. */
  async #follow(place: Place): Promise<Place> {
    const steps = new Steps(this.#root, this.#limits, place);
    const next = await steps.enterLink(place.folder, place.name, place.mustBeFolder);
    this.release(place);
    return next;
  }

  release({ folder }: Place): void {
    if (folder !== this.#root) this.#cache.giveBack(folder);
  }
}

/** One walk, name by name. */
class Steps {
  readonly #root: Folder;
  readonly #limits: WalkLimits;
  #folder: Folder;
  /** Where `#folder` is. */
  #names: string[];
  #followed: number;

  constructor(root: Folder, limits: WalkLimits, from?: Place) {
    this.#root = root;
    this.#limits = limits;
    this.#folder = root;
    this.#names = [...(from?.names ?? [])];
    this.#followed = from?.followed ?? 0;
  }

  /** On from the link `name` in `folder`, which stays the caller's. */
  async enterLink(folder: Folder, name: string, mustBeFolder: boolean): Promise<Place> {
    const target = await this.#readLink(folder, name);
    if (target === undefined) throw problem("not-found");
    // From the root again: each step is proven anew, and nobody has to hold the folders above.
    this.#folder = await this.#reach(this.#names);
    return this.go({ ...target, folder: target.folder || mustBeFolder }, target.names.length);
  }

  /** `linked`: so many of the first names come out of a link, and may not lead above the home. */
  async go(path: Path, linked = 0): Promise<Place> {
    let rest = path.names;
    let ours = linked;
    try {
      for (;;) {
        const [name, ...after] = rest;
        if (name === undefined) return this.#place("", path);
        if (name !== ".." && after.length === 0) return this.#place(name, path);
        rest = after;
        if (name === "..") await this.#up(ours > 0);
        else {
          const target = await this.#down(name);
          if (target !== undefined) {
            rest = [...target.names, ...after];
            ours = target.names.length + Math.max(ours, 1);
          }
        }
        ours = Math.max(ours - 1, 0);
      }
    } catch (error) {
      this.#leave();
      throw asProblem(error);
    }
  }

  #place(name: string, { folder: mustBeFolder }: Path): Place {
    return { folder: this.#folder, names: this.#names, name, mustBeFolder, followed: this.#followed };
  }

  async #up(fromLink: boolean): Promise<void> {
    // A peer that asks for the folder above its home stays there, as in any root; a link must not try.
    if (this.#names.length === 0 && fromLink) throw problem("outside");
    await this.#moveTo(this.#names.slice(0, -1));
  }

  /** Undefined: we are in it. Else it is a link, and this is where it leads, seen from here. */
  async #down(name: string): Promise<Path | undefined> {
    try {
      const child = await this.#folder.child(name);
      this.#leave();
      this.#folder = child;
      this.#names.push(name);
      return undefined;
    } catch (error) {
      const code = systemCode(error);
      if (code !== "ENOTDIR" && code !== "ELOOP" && code !== "not-a-folder") throw error;
    }
    const target = await this.#readLink(this.#folder, name);
    if (target === undefined) throw problem("not-a-folder");
    await this.#moveTo(this.#names);
    return target;
  }

  /** Undefined: no link. An absolute one begins at the home: `#names` says so from now on. */
  async #readLink(folder: Folder, name: string): Promise<Path | undefined> {
    if (++this.#followed > this.#limits.links) throw problem("too-many-links");
    const octets = await readlink(folder.at(name)).catch((error: unknown) => {
      if (systemCode(error) === "EINVAL") return undefined;
      throw error;
    });
    if (octets === undefined) return undefined;
    const target = nameOf(octets);
    if (target.startsWith("/")) this.#names = [];
    return readPath(target, this.#limits);
  }

  async #moveTo(names: readonly string[]): Promise<void> {
    const folder = await this.#reach(names);
    this.#leave();
    this.#folder = folder;
    this.#names = [...names];
  }

  /** A folder where a moment ago were folders only: whoever put a link there since then is not followed. */
  async #reach(names: readonly string[]): Promise<Folder> {
    if (names.length === 0) return this.#root;
    const found = await this.#root.descend(names);
    if (found !== undefined) return found;
    let folder = this.#root;
    for (const name of names) {
      const above = folder;
      try {
        folder = await above.child(name);
      } finally {
        if (above !== this.#root) above.close();
      }
    }
    return folder;
  }

  #leave(): void {
    if (this.#folder !== this.#root) this.#folder.close();
    this.#folder = this.#root;
  }
}
