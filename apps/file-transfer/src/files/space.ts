/** How much room there is: the disk's word, or the quota's where that is less. */
import { statfs } from "node:fs/promises";
import type { Space } from "./file-system.ts";
import type { Home } from "./home.ts";

/** `folder` leads to a folder on the file system that is asked. */
export async function spaceOf(
  folder: string,
  home: Home,
  quota: number | undefined,
  nameOctets: number,
): Promise<Space> {
  const { bsize: blockSize, blocks, bfree, bavail, files, ffree: freeFiles } = await statfs(folder);
  const disk = { total: blocks * blockSize, free: bfree * blockSize, available: bavail * blockSize };
  const common = { blockSize, files, freeFiles, nameOctets };
  if (quota === undefined) return { ...common, ...disk };
  const left = Math.max(quota - home.usage.octets, 0);
  return {
    ...common,
    total: Math.min(quota, disk.total),
    free: Math.min(left, disk.free),
    available: Math.min(left, disk.available),
  };
}
