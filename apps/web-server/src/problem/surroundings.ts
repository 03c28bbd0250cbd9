/** Where a lost visitor may go: the folder that is there, and the name in it that is nearest to what was asked. */
import { decodePath, PathError } from "@socketscope/http";
import { join } from "node:path";
import { stat } from "node:fs/promises";
import { isHidden, type Folder } from "@socketscope/web";
import { isVisible, readFolder, type Entry, type Visible } from "../listing/folder.ts";
import { nearest, type Near } from "./nearest.ts";

export interface Surroundings {
  /** The nearest folder above what was asked that is there. */
  readonly folder: Folder;
  readonly entries: readonly Entry[];
  /** The name that is missing in that folder. */
  readonly missing: string;
  readonly near: Near<Entry> | undefined;
}

/** Names looked through. */
const LOOKED_THROUGH = { entries: 2000 };

/** `path` as it came. Undefined where it cannot be read, or nobody may look around there. */
export async function lookAround(path: string, visible: Visible): Promise<Surroundings | undefined> {
  const names = namesOf(path);
  if (names === undefined) return undefined;
  while (names.length > 0) {
    const missing = names.pop() ?? "";
    const folder: Folder = {
      path: names.length === 0 ? "/" : `/${names.join("/")}/`,
      location: join(visible.root, ...names),
    };
    if (isHidden(folder.path) || !(await isFolder(folder.location, visible))) continue;
    const { entries } = await readFolder(folder, visible, LOOKED_THROUGH);
    return { folder, entries, missing, near: nearest(missing, entries) };
  }
  return undefined;
}

function namesOf(path: string): string[] | undefined {
  try {
    return decodePath(path)
      .split("/")
      .filter((name) => name !== "");
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

async function isFolder(location: string, visible: Visible): Promise<boolean> {
  try {
    return (await stat(location)).isDirectory() && (await isVisible(location, visible));
  } catch {
    return false;
  }
}
