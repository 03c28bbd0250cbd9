/**
 * One Maildir (https://cr.yp.to/proto/maildir.html): written in tmp, synced, moved to new; what has been read is in
 * cur with its flags behind ":2,". Any other program may read and change it at the same time: files have LF, as theirs.
 */
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { syncFolder, type FolderSync } from "./folder-sync.ts";
import { FileText, WireText } from "./line-ends.ts";

export interface MaildirEntry {
  /** Without flags: the same for as long as the message is there. */
  readonly base: string;
  /** "new/NAME" or "cur/NAME:2,FLAGS". */
  readonly file: string;
  readonly seen: boolean;
}

/** A message that is being written, under a name that nobody looks at yet. */
export interface MaildirFile {
  /** One call after the other; lines end in CR LF, as on the wire. */
  write(octets: Uint8Array): Promise<void>;
  /** On the disk, and closed. */
  finish(): Promise<void>;
  /** From tmp to new, behind {@link finish}; durable after the Maildir's `settle`. */
  show(): Promise<MaildirEntry>;
  /** Closed and taken back, wherever it is by now. Twice does nothing. */
  withdraw(): Promise<void>;
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

  async create(base: string): Promise<MaildirFile> {
    return new OpenFile(this.folder, base, await open(join(this.folder, "tmp", base), "wx", 0o600));
  }

  /** As it goes over the wire: lines end in CR LF, whatever they end in on the disk. */
  async *read(file: string): AsyncGenerator<Uint8Array> {
    const text = new WireText();
    const octets: AsyncIterable<Buffer> = createReadStream(join(this.folder, file), {
      highWaterMark: 256 * 1024,
    });
    for await (const piece of octets) yield text.data(piece);
    const rest = text.end();
    if (rest.length > 0) yield rest;
  }

  /** Octets that {@link read} gives (RFC 1939 §11), by the name where it says so, else by reading. */
  async wireSize(file: string): Promise<number> {
    const [, size, wire] = /,S=(\d{1,15}),W=(\d{1,15})(?:[,:]|$)/.exec(file) ?? [];
    if (wire !== undefined && Number(size) === (await stat(join(this.folder, file))).size)
      return Number(wire);
    let octets = 0;
    for await (const piece of this.read(file)) octets += piece.length;
    return octets;
  }

  settle(): Promise<void> {
    return this.#sync.sync(join(this.folder, "new"));
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

class OpenFile implements MaildirFile {
  readonly #folder: string;
  readonly #base: string;
  readonly #handle: FileHandle;
  readonly #text = new FileText();
  #open = true;
  /** Octets in the file, and on the wire. */
  #size = 0;
  #wire = 0;

  constructor(folder: string, base: string, handle: FileHandle) {
    this.#folder = folder;
    this.#base = base;
    this.#handle = handle;
  }

  write(octets: Uint8Array): Promise<void> {
    this.#wire += octets.length;
    return this.#put(this.#text.data(octets));
  }

  #put(octets: Uint8Array): Promise<void> {
    this.#size += octets.length;
    return this.#handle.writeFile(octets);
  }

  async finish(): Promise<void> {
    const rest = this.#text.end();
    if (rest.length > 0) await this.#put(rest);
    await this.#handle.sync();
    await this.#close();
  }

  async show(): Promise<MaildirEntry> {
    await rename(join(this.#folder, "tmp", this.#base), join(this.#folder, "new", this.#shown));
    return { base: this.#shown, file: `new/${this.#shown}`, seen: false };
  }

  async withdraw(): Promise<void> {
    await this.#close();
    await rm(join(this.#folder, "tmp", this.#base), { force: true });
    await rm(join(this.#folder, "new", this.#shown), { force: true });
  }

  /** With both sizes, as Dovecot has them in its names: a POP3 server need not read the file to tell its size. */
  get #shown(): string {
    return `${this.#base},S=${this.#size},W=${this.#wire}`;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
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
