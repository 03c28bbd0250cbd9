/**
 * One Maildir (https://cr.yp.to/proto/maildir.html): written in tmp, synced, moved to new; what has been read is in
 * cur with its flags behind ":2,". Any other program may read and change it at the same time.
 */
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { syncFolder, type FolderSync } from "./folder-sync.ts";

export interface MaildirEntry {
  /** Without flags: the same for as long as the message is there. */
  readonly base: string;
  /** "new/NAME" or "cur/NAME:2,FLAGS". */
  readonly file: string;
  readonly seen: boolean;
}

/** A message that is being written. */
export interface MaildirFile {
  /** One call after the other. */
  write(octets: Uint8Array): Promise<void>;
  /** On the disk, and closed. */
  finish(): Promise<void>;
  /** Twice does nothing. */
  close(): Promise<void>;
}

const PARTS = ["tmp", "new", "cur"] as const;

export class Maildir {
  readonly folder: string;
  readonly #sync: FolderSync;
  #made: Promise<void> | undefined;

  constructor(folder: string, sync: FolderSync) {
    this.folder = folder;
    this.#sync = sync;
  }

  /** Durable, parents and all. */
  make(): Promise<void> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  async #make(): Promise<void> {
    for (const part of PARTS) await mkdir(join(this.folder, part), { recursive: true, mode: 0o700 });
    await syncFolder(this.folder);
    await syncFolder(dirname(this.folder));
  }

  /** The content is on the disk, under a name that nobody looks at yet. */
  async write(base: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const file = await this.create(base);
    try {
      for await (const piece of pieces) await file.write(piece);
      await file.finish();
    } finally {
      await file.close();
    }
  }

  /** As {@link write}, for content that is pushed. */
  async create(base: string): Promise<MaildirFile> {
    const handle = await open(join(this.folder, "tmp", base), "wx", 0o600);
    let isOpen = true;
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
    };
    return {
      write: (octets) => handle.writeFile(octets),
      async finish() {
        await handle.sync();
        await close();
      },
      close,
    };
  }

  /** From tmp to new; durable after {@link settle}. */
  show(base: string): Promise<void> {
    return rename(join(this.folder, "tmp", base), join(this.folder, "new", base));
  }

  settle(): Promise<void> {
    return this.#sync.sync(join(this.folder, "new"));
  }

  /** Takes back what was written, wherever it is by now. */
  async withdraw(base: string): Promise<void> {
    for (const part of ["tmp", "new"]) await rm(join(this.folder, part, base), { force: true });
  }

  async entries(): Promise<MaildirEntry[]> {
    const fresh = await names(join(this.folder, "new"));
    const read = await names(join(this.folder, "cur"));
    return [
      ...fresh.map((name) => ({ base: baseOf(name), file: `new/${name}`, seen: false })),
      ...read.map((name) => ({ base: baseOf(name), file: `cur/${name}`, seen: flagsOf(name).includes("S") })),
    ];
  }

  /** Changes when a file came or went. */
  async stamp(): Promise<string> {
    const times = await Promise.all(
      ["new", "cur"].map(async (part) => (await stat(join(this.folder, part))).mtimeMs),
    );
    return times.join(" ");
  }

  /** The file under its new name. */
  async mark(entry: MaildirEntry, seen: boolean): Promise<string> {
    const flags = new Set(flagsOf(entry.file));
    if (seen) flags.add("S");
    else flags.delete("S");
    const file = `cur/${entry.base}:2,${[...flags].toSorted().join("")}`;
    await rename(join(this.folder, entry.file), join(this.folder, file));
    return file;
  }

  /** Nothing where it has gone already. */
  remove(file: string): Promise<void> {
    return rm(join(this.folder, file), { force: true });
  }
}

let lastName = 0;

/** Unique by time, process and count. `at` in milliseconds. */
export function newBase(at: number): string {
  const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, "_");
  const seconds = Math.floor(at / 1000);
  return `${seconds}.M${String(at % 1000).padStart(3, "0")}P${process.pid}Q${++lastName}.${host}`;
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
}

function baseOf(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(0, colon);
}

function flagsOf(file: string): string[] {
  const at = file.indexOf(":2,");
  return at < 0 ? [] : Array.from(file.slice(at + 3));
}
