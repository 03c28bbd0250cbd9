/** What is in a folder, as far as a visitor may see it. */
import type { Dirent } from "node:fs";
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
  /** There are more entries than the limit. */
  readonly cut: boolean;
}

export interface FolderLimits {
  /** Entries read; of a folder with more it is the system's choice which. Default 20,000. */
  readonly entries: number;
}

export const FOLDER_LIMITS: FolderLimits = { entries: 20_000 };

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

/** What each is (`what`) is not read yet: see {@link described}. */
export async function readFolder(
  folder: Folder,
  visible: Visible,
  limits = FOLDER_LIMITS,
): Promise<FolderContent> {
  const found: Dirent[] = [];
  let cut = false;
  for await (const entry of await opendir(folder.location, { bufferSize: 256 })) {
    if (!isShown(entry.name)) continue;
    cut = found.length === limits.entries;
    if (cut) break;
    found.push(entry);
  }
  const entries = await inTurns(found, (entry) => readEntry(folder, entry, visible));
  return { entries: entries.filter((entry) => entry !== undefined), cut };
}

/** The same entries with what each is in a few words, as far as its first octets say. */
export function described(folder: Folder, entries: readonly Entry[]): Promise<Entry[]> {
  return inTurns(entries, async (entry) => {
    const location = join(folder.location, entry.name);
    const what = await (entry.kind === "folder" ? describeFolder(location) : describeFile(location));
    return { ...entry, what };
  });
}

/** Files looked at side by side: enough to keep the disk busy, few enough to leave descriptors to others. */
const TOGETHER = 16;

async function inTurns<From, To>(from: readonly From[], look: (one: From) => Promise<To>): Promise<To[]> {
  const found: To[] = [];
  for (let start = 0; start < from.length; start += TOGETHER)
    found.push(...(await Promise.all(from.slice(start, start + TOGETHER).map(look))));
  return found;
}

async function readEntry(folder: Folder, dirent: Dirent, visible: Visible): Promise<Entry | undefined> {
  const { name } = dirent;
  const location = join(folder.location, name);
  try {
    const stats = await stat(location);
    if (!stats.isFile() && !stats.isDirectory()) return undefined;
    // The folder itself may be seen, so only a link can lead elsewhere.
    if (dirent.isSymbolicLink() && !(await isVisible(location, visible))) return undefined;
    const isFolder = stats.isDirectory();
    return {
      name,
      kind: isFolder ? "folder" : "file",
      size: isFolder ? undefined : stats.size,
      changed: stats.mtimeMs,
      what: undefined,
    };
  } catch {
    // Gone since it was read, a link to nowhere, or not ours to see.
    return undefined;
  }
}
