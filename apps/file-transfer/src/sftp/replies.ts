/** From what the file system says to what SFTP says: statuses, attributes, lines as `ls -l` prints them. */
import { formatListLine } from "@socketscope/ftp";
import { FILE_KINDS, STATUS, type Attributes, type NameEntry, type SftpAnswer } from "@socketscope/sftp";
import { FileProblem, type FileProblemCode } from "../files/file-problem.ts";
import type { FileKind, FileStat, FileSystem, FolderEntry, Space } from "../files/file-system.ts";

/** An answer whose id the session adds. */
export type Reply = { [T in SftpAnswer["type"]]: Omit<SftpAnswer<T>, "id"> }[SftpAnswer["type"]];

export const DONE: Reply = { type: "status", code: STATUS.OK, text: "Done" };
export const AT_END: Reply = { type: "status", code: STATUS.EOF, text: "End" };

export function failure(text: string): Reply {
  return { type: "status", code: STATUS.FAILURE, text };
}

/** draft §7 has nine codes; what they do not say stands in the text. */
const CODES: Readonly<Record<FileProblemCode, number>> = {
  "not-found": STATUS.NO_SUCH_FILE,
  exists: STATUS.FAILURE,
  "not-a-folder": STATUS.NO_SUCH_FILE,
  "is-a-folder": STATUS.FAILURE,
  "not-a-file": STATUS.FAILURE,
  "not-a-link": STATUS.FAILURE,
  "not-empty": STATUS.FAILURE,
  "bad-name": STATUS.NO_SUCH_FILE,
  "name-too-long": STATUS.FAILURE,
  outside: STATUS.PERMISSION_DENIED,
  "too-many-links": STATUS.NO_SUCH_FILE,
  forbidden: STATUS.PERMISSION_DENIED,
  denied: STATUS.PERMISSION_DENIED,
  busy: STATUS.FAILURE,
  "bad-offset": STATUS.FAILURE,
  "disk-full": STATUS.FAILURE,
  quota: STATUS.FAILURE,
  "too-large": STATUS.FAILURE,
  "across-file-systems": STATUS.FAILURE,
  "too-many-open": STATUS.FAILURE,
  unsupported: STATUS.OP_UNSUPPORTED,
  closed: STATUS.FAILURE,
  io: STATUS.FAILURE,
};

/** Undefined: the error is none of the file system's, but a mistake of ours. */
export function replyToProblem(error: unknown): Reply | undefined {
  if (!(error instanceof FileProblem)) return undefined;
  return { type: "status", code: CODES[error.code], text: error.message };
}

const KINDS: Readonly<Record<FileKind, number>> = {
  file: FILE_KINDS.file,
  folder: FILE_KINDS.folder,
  link: FILE_KINDS.link,
  other: 0,
};

export function attributesOf(stat: FileStat): Attributes {
  return {
    size: stat.size,
    owner: { uid: stat.owner >>> 0, gid: stat.group >>> 0 },
    permissions: KINDS[stat.kind] | stat.mode,
    times: { atime: seconds(stat.accessed), mtime: seconds(stat.modified) },
  };
}

/** draft §5: 32 bits, which end in 2106 and know nothing before 1970. */
function seconds(ms: number): number {
  return Math.min(Math.max(Math.floor(ms / 1000), 0), 0xffff_ffff);
}

export function entryOf({ name, stat, target }: FolderEntry, now: number): NameEntry {
  const { kind, size, modified, mode, links, owner, group } = stat;
  const listed = {
    name,
    type: kind,
    size,
    modified,
    mode,
    links,
    owner: String(owner),
    group: String(group),
  };
  return {
    name,
    longname: formatListLine(target === undefined ? listed : { ...listed, target }, now),
    attributes: attributesOf(stat),
  };
}

/** REALPATH, READLINK: only the name means something (draft §6.10, §6.11). */
export function nameOnly(name: string): Reply {
  return { type: "name", entries: [{ name, longname: name, attributes: {} }] };
}

/** `writable`: the account may store anything here. */
export function figuresOf(space: Space, writable: boolean): Reply {
  const { blockSize, total, free, available, files, freeFiles, nameOctets } = space;
  const blocks = (octets: number): number => Math.floor(octets / blockSize);
  return {
    type: "statvfs-reply",
    blockSize,
    fragmentSize: blockSize,
    blocks: blocks(total),
    blocksFree: blocks(free),
    blocksAvailable: blocks(available),
    files,
    filesFree: freeFiles,
    filesAvailable: freeFiles,
    fileSystem: 0n,
    // OpenSSH PROTOCOL §4.4: 2, set-user-id bits do nothing here.
    flags: writable ? 2 : 3,
    nameOctets,
  };
}

/** The path a client means; draft §6.2: the empty one is where it starts. */
export function pathIn(path: string): string {
  return path === "" ? "/" : path;
}

/** "." and ".." as everybody lists them; ".." of the home is the home. */
export async function dots(files: FileSystem, path: string): Promise<readonly FolderEntry[]> {
  const [self, above] = await Promise.all([files.stat(path), files.stat(`${path}/..`)]);
  return [
    { name: ".", stat: self },
    { name: "..", stat: above },
  ];
}
