/** Messages on their way in: in memory while they are small, in a synced file of the state folder when they are not. */
import { open, mkdir, readdir, rm, type FileHandle } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { HEAD_KEPT, type Spooled } from "../spooled.ts";

export interface SpoolLimits {
  /** Octets of a message that are kept in memory; bigger ones go to a file. */
  readonly inMemory: number;
  /** Octets that may wait for the disk before the sender is held back. */
  readonly waiting: number;
}

export const defaultSpoolLimits: SpoolLimits = { inMemory: 256 * 1024, waiting: 1024 * 1024 };

export class Spool {
  readonly #folder: string;
  readonly #limits: SpoolLimits;
  #lastName = 0;

  private constructor(folder: string, limits: SpoolLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** What a crash left behind was never acknowledged: it goes. */
  static async open(folder: string, limits: Partial<SpoolLimits> = {}): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    return new Spool(folder, { ...defaultSpoolLimits, ...limits });
  }

  /** `head`: octets that stand in front. */
  begin(head?: Uint8Array): Spooling {
    const spooling = new Spooling(
      () => join(this.#folder, `${process.pid}.${++this.#lastName}`),
      this.#limits,
    );
    if (head !== undefined) void spooling.write(head);
    return spooling;
  }
}

/** One message as it comes. */
export class Spooling {
  readonly #name: () => string;
  readonly #limits: SpoolLimits;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;
  #file: SpoolFile | undefined;
  #aborted = false;

  constructor(name: () => string, limits: SpoolLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  /** Views are taken as they are: the caller leaves them alone. A promise holds the sender back. */
  write(octets: Uint8Array): void | Promise<void> {
    this.#size += octets.length;
    if (this.#keptOctets < HEAD_KEPT) {
      this.#kept.push(octets);
      this.#keptOctets += octets.length;
    }
    if (this.#file !== undefined) return this.#file.write(octets);
    this.#pieces.push(octets);
    if (this.#size <= this.#limits.inMemory) return;
    this.#file = new SpoolFile(this.#name(), this.#limits.waiting);
    const pieces = this.#pieces;
    this.#pieces = [];
    return this.#file.write(Buffer.concat(pieces));
  }

  /** Rejects with the system's error (ENOSPC, EDQUOT, EIO); nothing is left behind then. */
  async finish(): Promise<Spooled> {
    const size = this.#size;
    const head = headOf(Buffer.concat(this.#kept));
    this.#kept = [];
    const file = this.#file;
    if (file === undefined) {
      const octets = Buffer.concat(this.#pieces);
      this.#pieces = [];
      return {
        size,
        head,
        octets,
        file: undefined,
        async *read() {
          yield octets;
        },
        discard: () => Promise.resolve(),
      };
    }
    await file.sync();
    return {
      size,
      head,
      octets: undefined,
      file: file.path,
      read: () => createReadStream(file.path, { highWaterMark: 256 * 1024 }),
      discard: () => file.remove(),
    };
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#pieces = [];
    this.#kept = [];
    // A file that cannot be removed now is removed at the next start.
    this.#file?.remove().catch(() => undefined);
  }
}

/** Writes in order; the first failure is the one that counts. */
class SpoolFile {
  readonly path: string;
  readonly #most: number;
  readonly #handle: Promise<FileHandle>;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #error: Error | undefined;

  constructor(path: string, most: number) {
    this.path = path;
    this.#most = most;
    this.#handle = open(path, "wx", 0o600);
    this.#handle.catch(() => undefined);
  }

  write(octets: Uint8Array): void | Promise<void> {
    this.#waiting += octets.length;
    this.#tail = this.#tail.then(() => this.#put(octets));
    if (this.#waiting > this.#most) return this.#tail;
  }

  async #put(octets: Uint8Array): Promise<void> {
    try {
      if (this.#error === undefined) await (await this.#handle).writeFile(octets);
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#waiting -= octets.length;
    }
  }

  async sync(): Promise<void> {
    await this.#tail;
    try {
      if (this.#error !== undefined) throw this.#error;
      const handle = await this.#handle;
      await handle.sync();
      await handle.close();
    } catch (error) {
      await this.remove();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.#tail;
    await (await this.#handle.catch(() => undefined))?.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

/** Up to and with the empty line. */
function headOf(octets: Buffer): Uint8Array {
  const end = octets.indexOf("\r\n\r\n");
  return octets.subarray(0, Math.min(end < 0 ? octets.length : end + 4, HEAD_KEPT));
}
