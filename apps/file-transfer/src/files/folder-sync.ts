/** A name outlasts a power loss only when its folder is synced; sessions that change one folder at a time share a sync. */
import { constants } from "node:fs";
import { close, fsync, open } from "./disk.ts";
import type { Folder } from "./folder.ts";
import { systemCode } from "./problems.ts";
import { SharedRun } from "./shared-run.ts";

const shared = new SharedRun<string>();

/** Resolves when the names in the folder, as they are now, are on the disk. The folder stays open until then. */
export function syncFolder(folder: Folder): Promise<void> {
  const { device, inode } = folder.identity;
  return shared.run(`${device}:${inode}`, async () => {
    const descriptor = await open(folder.self, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await fsync(descriptor);
    } catch (error) {
      // Some file systems keep folders in their own way and have nothing to sync.
      if (systemCode(error) !== "EINVAL") throw error;
    } finally {
      await close(descriptor);
    }
  });
}
