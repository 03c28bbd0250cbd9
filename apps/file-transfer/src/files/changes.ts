/** What changes folders and what stands in them. Every function finds its place, acts through the open folder, and lets go. */
import type { Stats } from "node:fs";
import {
  chmod,
  link,
  lstat,
  mkdir,
  OWN_UMASK,
  rename,
  rmdir,
  symlink,
  unlink,
  type DiskPath,
} from "./disk.ts";
import { withoutLinks } from "./destination.ts";
import { syncFolder } from "./folder-sync.ts";
import type { Home } from "./home.ts";
import { join, PARTIALS, readPath, type NameLimits } from "./names.ts";
import { problem, systemCode, unlessMissing } from "./problems.ts";
import type { Found, Place } from "./walk.ts";

/** Runs `work` at the place and releases it. */
export async function at<T>(
  home: Home,
  path: string,
  follow: boolean,
  work: (found: Found) => Promise<T>,
): Promise<T> {
  const found = await home.walk.find(path, follow);
  try {
    return await work(found);
  } finally {
    home.walk.release(found.place);
  }
}

export function makeFolder(home: Home, path: string, mode: number): Promise<void> {
  return at(home, path.replace(/\/+$/, ""), false, async ({ place, stat }) => {
    if (stat !== undefined) throw problem("exists");
    await mkdir(place.folder.at(place.name), mode);
    // The process has an umask of its own, which may be stricter.
    if ((mode & OWN_UMASK) !== 0) await pinned(place, (path) => chmod(path, mode));
    await syncFolder(place.folder);
  });
}

export function removeFolder(home: Home, path: string): Promise<void> {
  return at(home, path.replace(/\/+$/, ""), false, async ({ place, stat }) => {
    if (place.name === "") throw problem("denied");
    if (stat?.isDirectory() === false) throw problem("not-a-folder");
    const path = place.folder.at(place.name);
    await rmdir(path).catch(async (error: unknown) => {
      if (systemCode(error) !== "ENOTEMPTY") throw error;
      await removeHidden(place);
      await rmdir(path);
    });
  });
}

/** A folder that looks empty to everybody may have a hidden one of unfinished uploads, itself empty. */
async function removeHidden({ folder, name }: Place): Promise<void> {
  const child = await folder.child(name);
  try {
    await rmdir(child.at(PARTIALS)).catch(() => undefined);
  } finally {
    child.close();
  }
}

export function remove(home: Home, user: string, path: string): Promise<void> {
  return at(home, path, false, async ({ place, stat }) => {
    if (place.name === "" || stat?.isDirectory() === true) throw problem("is-a-folder");
    const own = home.partials.find(user, place);
    if (own !== undefined) {
      home.usage.shrink((await home.partials.stat(own, place))?.size ?? 0);
      await home.partials.discard(own, place);
    }
    if (stat === undefined && own !== undefined) return;
    await unlink(place.folder.at(place.name));
    home.usage.shrink(octetsOf(stat));
  });
}

function octetsOf(stat: Stats | undefined): number {
  return stat?.isFile() === true ? stat.size : 0;
}

export async function renameEntry(home: Home, from: string, to: string, replace: boolean): Promise<void> {
  await at(home, from.replace(/\/+$/, ""), false, (source) =>
    at(home, to.replace(/\/+$/, ""), false, async (target) => {
      if (source.place.name === "" || target.place.name === "") throw problem("denied");
      if (source.stat === undefined) throw problem("not-found");
      if (replace) await rename(pathAt(source.place), pathAt(target.place));
      else await renameToFree(source, target);
      if (!isSame(source.stat, target.stat)) home.usage.shrink(octetsOf(target.stat));
      await Promise.all([syncFolder(source.place.folder), syncFolder(target.place.folder)]);
    }),
  );
}

function isSame(a: Stats, b: Stats | undefined): boolean {
  return a.dev === b?.dev && a.ino === b.ino;
}

function pathAt({ folder, name }: Place): DiskPath {
  return folder.at(name);
}

/** rename() replaces: what must not is done by steps that fail where there is something. */
async function renameToFree(
  { place: source, stat }: Found,
  { place: target, stat: there }: Found,
): Promise<void> {
  if (there !== undefined) throw problem("exists");
  const [from, to] = [pathAt(source), pathAt(target)];
  if (stat?.isDirectory() === true) {
    // An empty folder holds the name, and a folder may take an empty folder's place.
    await mkdir(to, 0o700);
    await rename(from, to).catch(async (error: unknown) => {
      await rmdir(to).catch(() => undefined);
      throw error;
    });
    return;
  }
  try {
    await link(from, to);
  } catch (error) {
    if (!withoutLinks(error)) throw error;
    if ((await lstat(to).catch(unlessMissing)) !== undefined) throw problem("exists");
    await rename(from, to);
    return;
  }
  await unlink(from);
}

export function makeLink(home: Home, target: string, path: string, limits: NameLimits): Promise<void> {
  return at(home, path, false, async ({ place, stat }) => {
    if (stat !== undefined) throw problem("exists");
    if (target === "" || target.includes("\0")) throw problem("bad-name");
    // Judged by its letters; what stands in its way when it is followed is judged then.
    let depth = target.startsWith("/") ? 0 : place.names.length;
    for (const name of readPath(target, limits).names) {
      depth += name === ".." ? -1 : 1;
      if (depth < 0) throw problem("outside");
    }
    await symlink(octetsOfTarget(target), place.folder.at(place.name));
    await syncFolder(place.folder);
  });
}

/** `join` makes octets of names; a target is no name in a folder. */
function octetsOfTarget(target: string): DiskPath {
  const path = join("", target);
  return typeof path === "string" ? path.slice(1) : path.subarray(1);
}

export async function makeHardLink(home: Home, existing: string, path: string): Promise<void> {
  await at(home, existing, true, (source) =>
    at(home, path, false, async (target) => {
      if (source.stat === undefined) throw problem("not-found");
      if (!source.stat.isFile()) throw problem(source.stat.isDirectory() ? "is-a-folder" : "not-a-file");
      if (target.stat !== undefined) throw problem("exists");
      await link(pathAt(source.place), pathAt(target.place));
      home.usage.grow(source.stat.size, undefined);
      await syncFolder(target.place.folder);
    }),
  );
}

/** `work` on the path of what stands there, held fast, so that no link can take its place meanwhile. */
export async function pinned(
  { folder, name }: Pick<Place, "folder" | "name">,
  work: (path: DiskPath) => Promise<void>,
): Promise<void> {
  if (name === "") return work(folder.self);
  const pin = await folder.pin(name);
  try {
    await work(pin.path);
  } finally {
    pin.close();
  }
}
