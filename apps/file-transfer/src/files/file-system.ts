/**
 * The virtual file system as one login sees it: FTP and SFTP stand on this and never touch a disk themselves.
 *
 * Paths are text made by `decodeName` of @socketscope/wire, so that octets which are no UTF-8 survive; `/` parts them,
 * relative ones start at the home (`resolvePath` adds a working folder). `..` above the home stays at the home. Links are followed
 * inside the home; absolute ones start at the home; those that lead out of it are refused with "outside".
 * Everything rejects with a {@link FileProblem} and with nothing else.
 */
import type { Login, Right } from "../accounts/login.ts";

export type FileKind = "file" | "folder" | "link" | "other";

export interface FileStat {
  readonly kind: FileKind;
  readonly size: number;
  /** The twelve permission bits. */
  readonly mode: number;
  /** ms since 1970, with a fraction. */
  readonly modified: number;
  readonly accessed: number;
  readonly owner: number;
  readonly group: number;
  /** Hard links. */
  readonly links: number;
  /** The same for the same file as long as it is there (RFC 3659 §7.5.5). */
  readonly unique: string;
  /** An upload of one's own that has not ended: others do not see it, listings hide it. */
  readonly partial: boolean;
}

export interface FolderEntry {
  /** Never "." or "..". It may hold a line's end: who makes a line of it has to look (`oneLine`). */
  readonly name: string;
  readonly stat: FileStat;
  /** Where a link leads, as it is written in it. */
  readonly target?: string;
}

/** A folder being read; no order. To be closed on every path. */
export interface FolderReader {
  /** At most {@link FileLimits.page} entries; empty at the end, and not before. What vanishes meanwhile is left out. */
  next(): Promise<readonly FolderEntry[]>;
  close(): Promise<void>;
}

/** A regular file open for reading. Any number of reads may be in flight. To be closed on every path. */
export interface FileReader {
  /** In octets, when it was opened. */
  readonly size: number;
  stat(): Promise<FileStat>;
  /** Fills `into` from octet `position` on; fewer octets than its length only at the end, 0 behind it. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * How a file is opened for writing.
 * - "replace" (STOR; SFTP's CREAT|TRUNC): a hidden partial takes the octets, `commit` puts it in the file's place at
 *   once: until then the old file is whole. Two at a time do not mix: the later commit wins.
 * - "create" (SFTP's CREAT|EXCL): like it, but "exists" where there is a file, at once and again at commit.
 * - "resume" (REST n + STOR): goes on at octet `offset`: in one's own partial where there is one; in place where the
 *   whole file ends there; else in a partial that begins with a copy of the first `offset` octets. The file ends
 *   where the writing ends. "bad-offset" where there are fewer octets. `offset` 0 is "replace".
 * - "append" (APPE; SFTP's APPEND): every write goes behind the last one, in the order of the calls, whatever
 *   `position` says: in one's own partial where there is one, else in place, else like "replace" where `create` is set.
 * - "in-place" (SFTP's WRITE without TRUNC): an existing file is changed where it stands; "busy" while another login
 *   does so. Where there is none and `create` is set: like "replace".
 * - "unique" (STOU): a new file; {@link FileWriter.path} says which: the given name where it is free, else one made of it.
 */
export type WriteMode = "replace" | "create" | "resume" | "append" | "in-place" | "unique";

export interface WriteOptions {
  readonly how: WriteMode;
  /** Only for "append" and "in-place": make the file where there is none. Default true. */
  readonly create?: boolean;
  /** Only for "resume". Default 0. */
  readonly offset?: number;
  /** SFTP's READ|WRITE: `read` works on what is written. Default false. */
  readonly readable?: boolean;
  /** Permission bits of a new file before the umask. Default 0o666; a replaced file's own bits go on. */
  readonly mode?: number;
  /** Octets that will come (ALLO, a client's word): "disk-full" or "quota" at once instead of at the end. */
  readonly expected?: number;
}

/** A file open for writing. Any number of calls may be in flight. To be ended by `commit` or `abandon` on every path. */
export interface FileWriter {
  /** The file as the peer knows it, absolute: for "unique" the name that was found. */
  readonly path: string;
  /** Octets go into a hidden partial; false: into the file itself. */
  readonly atomic: boolean;
  /** Where "append" and "resume" begin. */
  readonly start: number;
  stat(): Promise<FileStat>;
  /** All of them, at `position`; without one: behind the last write, in the order of the calls. After a problem: abandon. */
  write(octets: Uint8Array | readonly Uint8Array[], position?: number): Promise<void>;
  /**
   * Behind the last write, done when it returns. False: something would have to be waited for, and `write` does it.
   * Throws FileProblem; then: abandon.
   */
  writeNow(octets: Uint8Array): boolean;
  /** Needs `readable`. As {@link FileReader.read}. */
  read(into: Uint8Array, position: number): Promise<number>;
  setSize(size: number): Promise<void>;
  setMode(mode: number): Promise<void>;
  /** ms since 1970. Survives later writes of this writer: they are set again at commit. */
  setTimes(times: { readonly accessed?: number; readonly modified?: number }): Promise<void>;
  /** fsync@openssh.com: what was written so far outlasts a power loss (under the partial's name until commit). */
  sync(): Promise<void>;
  /**
   * Waits for the writes in flight, makes the file durable, puts it in its place, makes that durable: when this
   * resolves, the file outlasts a power loss. Rejects where one of the writes failed, and has abandoned it then.
   */
  commit(): Promise<void>;
  /**
   * The connection broke: "keep" leaves the partial for a later "resume" or "append" (in place: what is written), "remove"
   * does not. Disk full and quota: the partial is removed whatever is asked. Never rejects; harmless after `commit`.
   */
  abandon(partial: "keep" | "remove"): Promise<void>;
}

/** In octets and inodes; where a quota is smaller than the disk, it speaks. */
export interface Space {
  readonly blockSize: number;
  readonly total: number;
  readonly free: number;
  /** What this login can still store. */
  readonly available: number;
  readonly files: number;
  readonly freeFiles: number;
  /** Octets of the longest name. */
  readonly nameOctets: number;
}

export type HashAlgorithm = "md5" | "sha1" | "sha256" | "sha512" | "crc32";

export interface FileSystem {
  readonly user: string;
  readonly limits: FileLimits;
  /** Whether the account may at all: for MLSD's perm fact. The operation itself asks again. */
  may(right: Right): boolean;

  /** Follows links. An own partial is told as the file (SIZE, MLST, SFTP's STAT before a `reput`). */
  stat(path: string): Promise<FileStat>;
  /** Does not follow the last component. */
  lstat(path: string): Promise<FileStat>;
  list(path: string): Promise<FolderReader>;
  /** As it is written in the link. */
  readLink(path: string): Promise<string>;
  /** Absolute, without links, `.`, `..`. Its last component may be missing (SFTP's REALPATH before a put). */
  realPath(path: string): Promise<string>;

  /** The whole file; where there is none yet, one's own partial. */
  openToRead(path: string): Promise<FileReader>;
  openToWrite(path: string, options: WriteOptions): Promise<FileWriter>;

  /** Durable when it resolves, as `rename` and links are. */
  makeFolder(path: string, mode?: number): Promise<void>;
  /** Only an empty one. A power loss may bring back what was removed. */
  removeFolder(path: string): Promise<void>;
  /** A file or a link (not what it leads to), and one's own partial of that name. */
  remove(path: string): Promise<void>;
  /** `replace`: a file in the way goes, at once (FTP, posix-rename); without: "exists" (SFTP version 3's RENAME). */
  rename(from: string, to: string, options: { readonly replace: boolean }): Promise<void>;
  /** `target` is written as it is; one that would lead out of the home is refused. */
  symlink(target: string, path: string): Promise<void>;
  hardlink(existing: string, path: string): Promise<void>;

  /** `follow` (default true): false is lsetstat@openssh.com; a link's mode cannot be changed: "unsupported". */
  setMode(path: string, mode: number, options?: { readonly follow?: boolean }): Promise<void>;
  /** ms since 1970; what is not given stays. */
  setTimes(
    path: string,
    times: { readonly accessed?: number; readonly modified?: number },
    options?: { readonly follow?: boolean },
  ): Promise<void>;
  setSize(path: string, size: number): Promise<void>;
  /** "forbidden" unless both already are the file's: nobody gives files away here, and `put -p` must not fail. */
  setOwner(path: string, owner: number, group: number): Promise<void>;

  space(path: string): Promise<Space>;
  /** Hexadecimal, lower case, of octets `from` to `to` (exclusive; default: all). */
  hash(
    path: string,
    algorithm: HashAlgorithm,
    range?: { readonly from?: number; readonly to?: number; readonly signal?: AbortSignal },
  ): Promise<string>;

  /** The session is over: what is still open is closed, unfinished uploads are kept for a resume. */
  close(): Promise<void>;
}

export interface FileLimits {
  /** Octets of a path. Linux's PATH_MAX. */
  readonly pathOctets: number;
  /** Octets of one name. */
  readonly nameOctets: number;
  /** Links followed on the way to one file. Linux's own number. */
  readonly links: number;
  /** Folders kept open in a home, for the next file in them. */
  readonly foldersKept: number;
  /** Entries that {@link FolderReader.next} gives at once. */
  readonly page: number;
  /** Files and folders that one login holds open at once; "too-many-open" above. */
  readonly open: number;
  /** ms that a broken upload waits for its resume. */
  readonly partialExpiry: number;
}

/** Where everybody's views come from: one for the whole program. */
export interface Files {
  /** Makes the home where it is missing. Rejects with "not-found" or "denied" where it cannot be had. */
  view(login: Login): Promise<FileSystem>;
  close(): Promise<void>;
}
