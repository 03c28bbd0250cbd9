/** The few things the journal asks of the file system: replaced in tests by one that counts, fails and loses power. */
import { open, readdir, rm, type FileHandle } from "node:fs/promises";
import { syncFolder } from "@socketscope/maildir";

export interface JournalFile {
  /** All of it, at this place. */
  write(octets: Uint8Array, at: number): Promise<void>;
  /** The content outlasts a power loss when it resolves. */
  sync(): Promise<void>;
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

export const diskFiles: JournalFiles = {
  async create(path) {
    const handle = await open(path, "wx", 0o600);
    return {
      async write(octets, at) {
        let done = 0;
        while (done < octets.length) {
          const { bytesWritten } = await handle.write(octets, done, octets.length - done, at + done);
          done += bytesWritten;
        }
      },
      sync: () => handle.datasync(),
      truncate: (octets) => handle.truncate(octets),
      close: () => handle.close(),
    };
  },
  syncFolder,
  remove: (path) => rm(path, { force: true }),
  list: readdir,
  openToRead: (path) => open(path, "r+"),
};
