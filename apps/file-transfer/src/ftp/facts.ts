/** What is told of a file: the facts of MLST and MLSD (RFC 3659 §7.5), a line of LIST, a line of NLST. */
import { formatFacts, formatListLine, formatTime, type FactName, type Facts } from "@socketscope/ftp";
import type { Right } from "../accounts/login.ts";
import type { FileStat, FileSystem, FolderEntry } from "../files/file-system.ts";

export function factsLine(
  entry: Pick<FolderEntry, "name" | "stat" | "target">,
  selected: readonly FactName[],
  files: Pick<FileSystem, "may">,
): string {
  const { name, stat } = entry;
  const facts: Facts = {
    type: typeOf(stat),
    ...(stat.kind === "file" && { size: String(stat.size) }),
    modify: formatTime(stat.modified),
    perm: permissions(stat, files),
    unique: stat.unique,
    "UNIX.mode": `0${stat.mode.toString(8).padStart(3, "0")}`,
    "UNIX.owner": String(stat.owner),
    "UNIX.group": String(stat.group),
  };
  return formatFacts(facts, name, selected);
}

/** RFC 3659 §7.5.1: what is neither file nor folder is named by the system it comes from. */
function typeOf({ kind }: FileStat): string {
  switch (kind) {
    case "file":
      return "file";
    case "folder":
      return "dir";
    case "link":
      return "OS.unix=symlink";
    case "other":
      return "OS.unix=other";
  }
}

/** RFC 3659 §7.5.5: what the account may do, as far as it is known without trying. */
function permissions({ kind }: FileStat, files: Pick<FileSystem, "may">): string {
  const ifMay = (right: Right, letters: string): string => (files.may(right) ? letters : "");
  const change = `${ifMay("remove", "d")}${ifMay("rename", "f")}`;
  return kind === "folder"
    ? `${ifMay("create", "c")}${change}e${ifMay("list", "l")}${ifMay("make-folder", "m")}${ifMay("remove", "p")}`
    : `${ifMay("overwrite", "a")}${change}${ifMay("read", "r")}${ifMay("overwrite", "w")}`;
}

export function listLine({ name, stat, target }: FolderEntry, now: number): string {
  return formatListLine(
    {
      name,
      type: stat.kind,
      size: stat.size,
      modified: stat.modified,
      mode: stat.mode,
      links: stat.links,
      owner: String(stat.owner),
      group: String(stat.group),
      ...(target !== undefined && { target }),
    },
    now,
  );
}
