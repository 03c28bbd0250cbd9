/** What every command does with files that are elsewhere, whichever protocol leads there: ftp/ and sftp/ carry it out. */

export interface RemoteEntry {
  /** As the server wrote it: not to be used as a local name unchecked, see local-names.ts. */
  readonly name: string;
  readonly type: "file" | "folder" | "link" | "other";
  /** Octets. */
  readonly size: number | undefined;
  /** ms since 1970. */
  readonly modified: number | undefined;
  /** How far `modified` may be off, in ms: a listing may have minutes only, in an unknown time zone. */
  readonly precision: number;
  /** Permission bits. */
  readonly mode: number | undefined;
  readonly owner: string | undefined;
  /** Where a link leads. */
  readonly target: string | undefined;
}

/**
 * Paths are absolute and parted by `/`. Everything rejects with FileError. One thing at a time: an iterator of `read`
 * must be at its end (or returned) before the next call.
 */
export interface RemoteFiles {
  /** The folder a login begins in. */
  readonly home: string;
  /** False once the connection is of no use any more. */
  readonly usable: boolean;
  /** Without `.` and `..`, in the server's order. */
  list(folder: string): Promise<readonly RemoteEntry[]>;
  /** Undefined when there is nothing of that name. */
  stat(path: string): Promise<RemoteEntry | undefined>;
  /** The octets from `from` on. Returning early breaks the transfer off; the connection stays. */
  read(path: string, from: number): AsyncIterable<Uint8Array>;
  /** Makes or replaces the file; with `from`, which must be its size, goes on behind what is there. */
  write(path: string, from: number, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  changeMode(path: string, mode: number): Promise<void>;
  /** False: the server cannot set times. */
  setModified(path: string, time: number): Promise<boolean>;
  /** Politely. */
  close(): Promise<void>;
  /** At once, in the middle of whatever runs. */
  abort(): void;
}
