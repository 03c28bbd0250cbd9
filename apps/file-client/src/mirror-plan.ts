/** What a mirror has to do, found out before anything is done: the same for a dry run, a progress line and the doing. */
import type { RemoteEntry } from "./remote-files.ts";

/** One thing of a tree, on either side. */
export interface Item {
  readonly type: RemoteEntry["type"];
  readonly size: number | undefined;
  readonly modified: number | undefined;
  readonly precision: number;
}

/** A tree to read or to change; paths are relative to its root, parted by `/`, "" is the root. */
export interface Side {
  /** By name. Names that cannot be had on the other side are told to `refused` instead. */
  list(folder: string): Promise<ReadonlyMap<string, Item>>;
  /** What is exactly known of one file, where a listing is not exact. */
  exact(path: string): Promise<Item | undefined>;
}

export interface Plan {
  /** Parents before children. */
  readonly folders: string[];
  readonly files: { readonly path: string; readonly source: Item; readonly there: Item | undefined }[];
  /** Children of a folder that goes are not named. */
  readonly deletions: { readonly path: string; readonly item: Item }[];
  /** Links and devices, which are left alone. */
  readonly skipped: string[];
  /** Are the same on both sides. */
  same: number;
}

export interface PlanOptions {
  readonly delete: boolean;
  /** What the other side is to leave alone: our own partials. */
  readonly keeps: (name: string, sources: ReadonlyMap<string, Item>) => boolean;
  readonly failed: (path: string, error: unknown) => void;
}

/** Rejects when the root cannot be read; what fails below is told and left out, and nothing beside it is deleted. */
export async function plan(source: Side, target: Side, options: PlanOptions): Promise<Plan> {
  const made: Plan = { folders: [], files: [], deletions: [], skipped: [], same: 0 };
  const walk = async (folder: string, exists: boolean): Promise<void> => {
    const sources = await source.list(folder);
    const targets = exists ? await target.list(folder) : new Map<string, Item>();
    for (const [name, item] of sources) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const there = targets.get(name);
      if (item.type === "link" || item.type === "other") made.skipped.push(path);
      else if (there !== undefined && there.type !== item.type && !options.delete)
        options.failed(path, new Conflict(item, there));
      else await add(path, item, there);
    }
    if (!options.delete) return;
    for (const [name, item] of targets) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!sources.has(name) && !options.keeps(name, sources)) made.deletions.push({ path, item });
    }
  };
  const add = async (path: string, item: Item, there: Item | undefined): Promise<void> => {
    const fits = there?.type === item.type;
    if (there !== undefined && !fits) made.deletions.push({ path, item: there });
    if (item.type === "folder") {
      if (!fits) made.folders.push(path);
      await walk(path, fits).catch((error: unknown) => options.failed(path, error));
    } else if (there !== undefined && fits && (await isSame(path, item, there))) made.same++;
    else made.files.push({ path, source: item, there: fits ? there : undefined });
  };
  const isSame = async (path: string, item: Item, there: Item): Promise<boolean> => {
    if (item.size !== there.size) return false;
    // Minutes in an unknown time zone say nothing; the server is asked for this file alone.
    const from = isVague(item) ? await source.exact(path) : item;
    const to = isVague(there) ? await target.exact(path) : there;
    if (from?.modified === undefined || to?.modified === undefined) return true;
    return to.modified + Math.max(from.precision, to.precision) > from.modified;
  };
  await walk("", true);
  return made;
}

/** Its time comes from a listing with minutes only, in an unknown time zone. */
export function isVague({ precision }: Item): boolean {
  return precision > 60_000;
}

/** A folder where a file should stand, or the other way round. */
class Conflict extends Error {
  override readonly name = "Conflict";
  readonly code = "CONFLICT";
  constructor(item: Item, there: Item) {
    super(`a ${there.type} stands where a ${item.type} should (--delete takes it away)`);
  }
}
