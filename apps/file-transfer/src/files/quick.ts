/**
 * Calls that the kernel answers from its memory, as a rule, are made on the loop: the way to a thread and back costs
 * ten times as much as opening, reading and closing a small file. The rule is watched: a call that had to wait for a
 * disk sends the next ones to threads, for so long that such waiting takes one part in fifty of the loop's time.
 */
import * as fs from "node:fs";
import * as disk from "./disk.ts";
import type { DiskPath } from "./disk.ts";

/** Milliseconds of a call from which on it has waited for a disk. */
const LONG = 0.5;
/** So many times what the call took, threads do the work. */
const REST = 50;
/** Octets that are copied, or given back, on the loop; more is a thread's work, wherever they are. */
const SMALL = 64 * 1024;

/** Of the monotonic clock: until then threads do it. */
let resting = -Infinity;

/** `later` does the same on a thread. */
export async function atOnce<T>(work: () => T, later: () => Promise<T>, now = clock): Promise<T> {
  const begun = now();
  if (begun < resting) return later();
  try {
    return work();
  } finally {
    const took = now() - begun;
    if (took > LONG) resting = begun + (1 + REST) * took;
  }
}

function clock(): number {
  return performance.now();
}

/** `freed`: octets that O_TRUNC gives back. */
export function open(path: DiskPath, flags: number, mode = 0o666, freed = 0): Promise<number> {
  const later = (): Promise<number> => disk.open(path, flags, mode);
  return freed > SMALL ? later() : atOnce(() => fs.openSync(path, flags, mode), later);
}

export function lstat(path: DiskPath): Promise<fs.Stats> {
  return atOnce(
    () => fs.lstatSync(path),
    () => disk.lstat(path),
  );
}

/** `freed`: octets of the file that was there. */
export function rename(from: DiskPath, to: DiskPath, freed = 0): Promise<void> {
  const later = (): Promise<void> => disk.rename(from, to);
  if (freed > SMALL) return later();
  return atOnce(() => {
    fs.renameSync(from, to);
  }, later);
}

/** {@link disk.readFully} */
export function readFully(descriptor: number, into: Uint8Array, position: number): Promise<number> {
  const later = (): Promise<number> => disk.readFully(descriptor, into, position);
  if (into.length > SMALL) return later();
  return atOnce(() => readAll(descriptor, into, position), later);
}

function readAll(descriptor: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const count = fs.readSync(descriptor, into, done, into.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** {@link disk.writeFully} */
export function writeFully(
  descriptor: number,
  pieces: readonly Uint8Array[],
  position: number | null,
): Promise<void> {
  const later = (): Promise<void> => disk.writeFully(descriptor, pieces, position);
  let octets = 0;
  for (const piece of pieces) octets += piece.length;
  return octets > SMALL
    ? later()
    : atOnce(() => {
        writeAll(descriptor, pieces, position);
      }, later);
}

function writeAll(descriptor: number, pieces: readonly Uint8Array[], position: number | null): void {
  let at = position;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length;) {
      const count = fs.writeSync(descriptor, piece, done, piece.length - done, at);
      done += count;
      if (at !== null) at += count;
    }
  }
}
