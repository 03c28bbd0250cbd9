/** The few things the journal asks of the file system: replaced in tests by one that counts, fails and loses power. */
import { constants } from "node:fs";
import { open, readdir, rm, type FileHandle } from "node:fs/promises";
import { syncFolder } from "@socketscope/maildir";

export interface JournalFile {
  /** All of it, at this place; it outlasts a power loss when it resolves. */
  write(octets: Uint8Array, at: number): Promise<void>;
  truncate(octets: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalFiles {
  create(path: string): Promise<JournalFile>;
  /** The names in it outlast a power loss. */
  syncFolder(folder: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  openToRead(path: string): Promise<FileHandle>;
}

const { O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = constants;
/** Each write is a sync as well: one way to the disk and back, where fdatasync behind it would make it two. */
const WRITES_THROUGH = "O_DSYNC" in constants;

export const diskFiles: JournalFiles = {
  async create(path) {
    const handle = await open(path, O_CREAT | O_EXCL | O_WRONLY | (WRITES_THROUGH ? O_DSYNC : 0), 0o600);
    return {
      async write(octets, at) {
        let done = 0;
        while (done < octets.length) {
          const { bytesWritten } = await handle.write(octets, done, octets.length - done, at + done);
          done += bytesWritten;
        }
        if (!WRITES_THROUGH) await handle.datasync();
      },
      truncate: (octets) => handle.truncate(octets),
      close: () => handle.close(),
    };
  },
  syncFolder,
  remove: (path) => rm(path, { force: true }),
  list: readdir,
  openToRead: (path) => open(path, "r+"),
};
