/** What is in a folder, as far as a visitor may see it. */
import { opendir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isHidden, type Folder } from "@socketscope/web";
import { describeFile, describeFolder } from "./describe.ts";

export interface Entry {
  /** Without a slash. */
  readonly name: string;
  readonly kind: "folder" | "file";
  /** Octets; of a file only. */
  readonly size: number | undefined;
  /** Milliseconds since 1970. */
  readonly changed: number;
  readonly what: string | undefined;
}

export interface FolderContent {
  readonly entries: readonly Entry[];
  /** There are more entries than `limits.entries`. */
  readonly cut: boolean;
}

export interface FolderLimits {
  /** Entries shown. Default 5,000. */
  readonly entries: number;
  /** Entries that are opened to say what they are; the rest goes without. Default 200. */
  readonly described: number;
}

export const FOLDER_LIMITS: FolderLimits = { entries: 5000, described: 200 };

export interface Visible {
  readonly root: string;
  readonly followSymlinks: boolean;
}

/** Names that a URL can carry (a path with a backslash or a control character is refused) and a visitor may see. */
function isShown(name: string): boolean {
  return !isHidden(name) && !/[\p{Cc}\\\ufffd]/u.test(name);
}

/** Whether what is really at `location` may be seen: links lead in, not out, unless they are followed. */
export async function isVisible(location: string, { root, followSymlinks }: Visible): Promise<boolean> {
  if (followSymlinks) return true;
  const inner = relative(await realpath(root), await realpath(location));
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isHidden(inner.replaceAll(sep, "/"));
}

export async function readFolder(
  folder: Folder,
  visible: Visible,
  limits = FOLDER_LIMITS,
): Promise<FolderContent> {
  const names: string[] = [];
  for await (const entry of await opendir(folder.location)) {
    if (!isShown(entry.name)) continue;
    if (names.length === limits.entries)
      return { entries: await readAll(folder, names, visible, limits), cut: true };
    names.push(entry.name);
  }
  return { entries: await readAll(folder, names, visible, limits), cut: false };
}

/** Files looked at side by side: enough to keep the disk busy, few enough to leave descriptors to others. */
const TOGETHER = 16;

async function readAll(
  folder: Folder,
  names: readonly string[],
  visible: Visible,
  limits: FolderLimits,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = 0; from < names.length; from += TOGETHER) {
    const some = names.slice(from, from + TOGETHER);
    const found = await Promise.all(
      some.map((name, index) => readEntry(folder, name, visible, from + index < limits.described)),
    );
    for (const entry of found) if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function readEntry(
  folder: Folder,
  name: string,
  visible: Visible,
  described: boolean,
): Promise<Entry | undefined> {
  const location = join(folder.location, name);
  try {
    const stats = await stat(location);
    if (!(stats.isFile() || stats.isDirectory()) || !(await isVisible(location, visible))) return undefined;
    const changed = stats.mtimeMs;
    if (stats.isDirectory()) {
      return {
        name,
        kind: "folder",
        size: undefined,
        changed,
        what: described ? await describeFolder(location) : undefined,
      };
    }
    return {
      name,
      kind: "file",
      size: stats.size,
      changed,
      what: described ? await describeFile(location) : undefined,
    };
  } catch {
    // Gone since it was read, a link to nowhere, or not ours to see.
    return undefined;
  }
}
