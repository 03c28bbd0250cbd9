/** What the disk says of a file, as FTP and SFTP want it. */
import type { Stats } from "node:fs";
import type { FileKind, FileStat } from "./file-system.ts";

export function describe(stat: Stats, partial = false): FileStat {
  return {
    kind: kindOf(stat),
    size: stat.size,
    mode: stat.mode & 0o7777,
    modified: stat.mtimeMs,
    accessed: stat.atimeMs,
    owner: stat.uid,
    group: stat.gid,
    links: stat.nlink,
    unique: `${stat.dev.toString(16)}g${stat.ino.toString(16)}`,
    partial,
  };
}

function kindOf(stat: Stats): FileKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isSymbolicLink() ? "link" : "other";
}
