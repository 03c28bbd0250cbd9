/** SETSTAT and its like: what of the attributes can be set, in the order in which OpenSSH does it. */
import type { Attributes } from "@socketscope/sftp";
import type { FileSystem } from "../files/file-system.ts";

/** `follow` false: a link itself (lsetstat@openssh.com). */
export async function setByPath(
  files: FileSystem,
  path: string,
  { size, permissions, times, owner }: Attributes,
  follow = true,
): Promise<void> {
  if (size !== undefined) await files.setSize(path, size);
  if (permissions !== undefined) await files.setMode(path, permissions & 0o7777, { follow });
  if (times !== undefined)
    await files.setTimes(path, { accessed: times.atime * 1000, modified: times.mtime * 1000 }, { follow });
  if (owner !== undefined) await files.setOwner(path, owner.uid, owner.gid);
}
