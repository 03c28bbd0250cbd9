/** node:fs on plain descriptors: a FileHandle per small file costs more than the file, and closes itself where nobody looks. */
import * as fs from "node:fs";
import { promisify } from "node:util";

/** Names that are no UTF-8 are given as octets. */
export type DiskPath = string | Buffer;

/** This process's. Asked for once: asking sets it to 0 for a moment, in which threads make files. */
export const OWN_UMASK = process.umask();

export const open = promisify(fs.open);
export const close = promisify(fs.close);
export const fstat = promisify<number, fs.Stats>(fs.fstat);
export const lstat = promisify<DiskPath, fs.Stats>(fs.lstat);
export const ftruncate = promisify(fs.ftruncate);
export const futimes = promisify(fs.futimes);
export const fchmod = promisify(fs.fchmod);
export const fsync = promisify(fs.fsync);
export const mkdir = (path: DiskPath, mode: number): Promise<void> =>
  call((done) => {
    fs.mkdir(path, mode, done);
  });
export const rmdir = (path: DiskPath): Promise<void> =>
  call((done) => {
    fs.rmdir(path, done);
  });
export const unlink = promisify(fs.unlink);
export const rename = promisify(fs.rename);
export const link = promisify(fs.link);
export const symlink = (target: DiskPath, path: DiskPath): Promise<void> =>
  call((done) => {
    fs.symlink(target, path, null, done);
  });
export const chmod = promisify(fs.chmod);
export const utimes = promisify(fs.utimes);
export const lutimes = promisify(fs.lutimes);
export const truncate = promisify<DiskPath, number>(fs.truncate);

/** Where promisify does not know which of several forms is meant. */
function call(start: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

export function readlink(path: DiskPath): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    fs.readlink(path, "buffer", (error, target) => {
      if (error === null) resolve(target);
      else reject(error);
    });
  });
}

/** Octets read; fewer than asked only at the end. */
export async function readFully(descriptor: number, into: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const count = await readOnce(descriptor, into, done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function readOnce(descriptor: number, into: Uint8Array, from: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, into, from, into.length - from, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** Everything, though the kernel may take it in parts. `position` null: where the descriptor's O_APPEND puts it. */
export async function writeFully(
  descriptor: number,
  pieces: readonly Uint8Array[],
  position: number | null,
): Promise<void> {
  let rest = pieces;
  let at = position;
  while (rest.length > 0) {
    const count = await writeOnce(descriptor, rest.slice(0, MOST_PIECES), at);
    if (at !== null) at += count;
    rest = without(rest, count);
  }
}

/** IOV_MAX. */
const MOST_PIECES = 1024;

function writeOnce(
  descriptor: number,
  pieces: readonly Uint8Array[],
  position: number | null,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, count: number): void => {
      if (error === null) resolve(count);
      else reject(error);
    };
    const [first] = pieces;
    if (first !== undefined && pieces.length === 1)
      fs.write(descriptor, first, 0, first.length, position, done);
    else if (position === null) fs.writev(descriptor, pieces, done);
    else fs.writev(descriptor, pieces, position, done);
  });
}

/** What is left when the first `count` octets are gone, and no empty piece. */
function without(pieces: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let gone = count;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const from = Math.min(gone, piece.length);
    gone -= from;
    if (from < piece.length) rest.push(from === 0 ? piece : piece.subarray(from));
  }
  return rest;
}
