/** Local files: what is downloaded stands in a hidden partial until it is whole, what is uploaded is read in big pieces. */
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf } from "@socketscope/host";
import { FileError } from "./errors.ts";

/** Octets of one read: larger ones cost memory and gain nothing on loopback. */
const READ = 512 * 1024;

export function localError(what: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  return new FileError("LOCAL", `${what}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

/** Undefined when there is nothing. Links are not followed. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw localError(`cannot look at ${path}`, error);
  }
}

/** A folder, made if need be; a link in its place is none: what a server sends would land where it leads. */
export async function ensureFolder(path: string): Promise<void> {
  const found = await lookAt(path);
  if (found?.isDirectory() === true) return;
  if (found !== undefined) throw new FileError("LOCAL", `${path} is there and is no folder`);
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw localError(`cannot make the folder ${path}`, error);
  }
}

/** The folder that the user named, with those above it; a link to one is what they meant. */
export async function ensureRoot(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw localError(`cannot make the folder ${path}`, error);
  }
}

export function partialOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.part`);
}

/** `.NAME.part`, renamed to NAME when it is whole. */
export class PartialFile {
  /** Octets that were there at the start. */
  readonly size: number;
  readonly #target: string;
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(target: string, path: string, handle: FileHandle, size: number) {
    this.#target = target;
    this.#path = path;
    this.#handle = handle;
    this.size = size;
  }

  /** Rejects with FileError "LOCAL". */
  static async open(target: string): Promise<PartialFile> {
    const path = partialOf(target);
    try {
      // O_NOFOLLOW: a link that somebody has put there is not written through.
      const handle = await open(
        path,
        constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0),
        0o666,
      );
      return new PartialFile(target, path, handle, (await handle.stat()).size);
    } catch (error) {
      throw localError(`cannot write ${path}`, error);
    }
  }

  async readAt(position: number, length: number): Promise<Uint8Array> {
    try {
      const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw localError(`cannot read ${this.#path}`, error);
    }
  }

  async writeAt(position: number, octets: Uint8Array): Promise<void> {
    try {
      let from = 0;
      while (from < octets.length)
        from += (await this.#handle.write(octets, from, octets.length - from, position + from)).bytesWritten;
    } catch (error) {
      throw localError(`cannot write ${this.#path}`, error);
    }
  }

  /** Forgets what is behind. */
  async cut(size: number): Promise<void> {
    await this.#handle.truncate(size).catch((error: unknown) => {
      throw localError(`cannot write ${this.#path}`, error);
    });
  }

  /** It is whole: under its own name from here on. */
  async commit(modified: number | undefined): Promise<void> {
    try {
      if (modified !== undefined) await this.#handle.utimes(modified / 1000, modified / 1000);
      await this.#handle.close();
      await rename(this.#path, this.#target);
    } catch (error) {
      throw localError(`cannot write ${this.#target}`, error);
    }
  }

  /** Stays for the next try, unless nothing is in it. */
  async leave(): Promise<void> {
    try {
      const { size } = await this.#handle.stat();
      await this.#handle.close();
      if (size === 0) await rm(this.#path, { force: true });
    } catch (error) {
      throw localError(`cannot write ${this.#path}`, error);
    }
  }
}

export class LocalSource {
  readonly path: string;
  readonly size: number;
  /** ms since 1970. */
  readonly modified: number;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, stats: Stats) {
    this.path = path;
    this.#handle = handle;
    this.size = stats.size;
    this.modified = stats.mtimeMs;
  }

  /** Rejects with FileError "LOCAL" for what is no readable file. */
  static async open(path: string): Promise<LocalSource> {
    try {
      // O_NONBLOCK: to open a FIFO would wait for somebody to write into it.
      const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stats = await handle.stat();
      if (stats.isFile()) return new LocalSource(path, handle, stats);
      await handle.close();
    } catch (error) {
      throw localError(`cannot read ${path}`, error);
    }
    throw new FileError("LOCAL", `${path} is no file`);
  }

  async readAt(position: number, length: number): Promise<Uint8Array> {
    try {
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw localError(`cannot read ${this.path}`, error);
    }
  }

  /** From there to what was its end when it was opened. Rejects with FileError "LOCAL" when it has become shorter. */
  async *pieces(from: number): AsyncGenerator<Uint8Array, void, undefined> {
    let ahead = this.#readAhead(from);
    for (let at = from; at < this.size;) {
      const piece = await ahead;
      if (piece.length === 0) throw new FileError("LOCAL", `${this.path} has become shorter meanwhile`);
      at += piece.length;
      ahead = this.#readAhead(at);
      yield piece;
    }
  }

  /** The next piece is read while this one is sent. */
  #readAhead(at: number): Promise<Uint8Array> {
    const piece = this.readAt(at, Math.min(READ, Math.max(0, this.size - at)));
    // Nobody waits for it any more where the transfer breaks.
    piece.catch(() => undefined);
    return piece;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
