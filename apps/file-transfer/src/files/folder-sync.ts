/** A name outlasts a power loss only when its folder is synced; sessions that change one folder at a time share a sync. */
import type { Folder } from "./folder.ts";
import { SharedRun } from "./shared-run.ts";

const shared = new SharedRun<string>();

/** Resolves when the names in the folder, as they are now, are on the disk. The folder stays open until then. */
export function syncFolder(folder: Folder): Promise<void> {
  // A memory's names outlast nothing.
  if (folder.inMemory) return Promise.resolve();
  const { device, inode } = folder.identity;
  return shared.run(`${device}:${inode}`, () => folder.sync());
}
