/**
 * Calls that the kernel answers from its memory, as a rule, are made on the loop: the way to a thread and back costs
 * ten times as much as opening, reading and closing a small file. The rule is watched: a call that had to wait for a
 * disk sends the next ones to threads, for so long that such waiting takes one part in fifty of the loop's time.
 *
 * A call may also take long because the machine is busy and somebody else had the processor: threads would wait for it
 * as well, and longer. The kernel knows which of both it was (waiting.ts); that is asked for only behind a call that took
 * long.
 */
import * as fs from "node:fs";
import * as disk from "./disk.ts";
import type { DiskPath } from "./disk.ts";
import { unlessMissing } from "./problems.ts";
import { accountOf, type Account } from "./waiting.ts";

/** Milliseconds of a call from which on it may have waited for a disk. */
const LONG = 0.5;
/** So many times what the call took, threads do the work. */
const REST = 50;
/** Octets that are read, or given back, on the loop; more is a thread's work, wherever they are. */
const SMALL = 64 * 1024;
/** Octets that are written there: what a large upload brings in one turn, a tenth of a millisecond's copying. */
const WRITTEN = 384 * 1024;

/** What {@link atOnce} asks the system, and what it remembers. */
export class Watch {
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
  /** Of the thread that calls. */
  readonly account: () => Account;
  /** Until then threads do it. */
  resting = -Infinity;
  /** Until then it is counted whether a call waits. */
  counting = -Infinity;

  constructor(now: () => number, account: () => Account) {
    this.now = now;
    this.account = account;
  }
}

const system = new Watch(() => performance.now(), accountOf);

/** `later` does the same on a thread. */
export async function atOnce<T>(work: () => T, later: () => Promise<T>, watch = system): Promise<T> {
  const begun = watch.now();
  return begun < watch.resting ? later() : watched(work, begun, watch);
}

function watched<T>(work: () => T, begun: number, watch = system): T {
  const before = begun < watch.counting ? watch.account() : undefined;
  try {
    return work();
  } finally {
    const took = watch.now() - begun;
    if (took > LONG) judge(watch, begun, took, before);
  }
}

function judge(watch: Watch, begun: number, took: number, before: Account | undefined): void {
  const long = (1 + REST) * took;
  const waited = before !== undefined && hasWaited(took, before, watch.account());
  if (waited) watch.resting = begun + long;
  watch.counting = Math.max(watch.counting, begun + (waited ? 2 : 1) * long);
}

function hasWaited(took: number, before: Account, after: Account): boolean {
  // Windows counts nothing: there what takes long has waited.
  if (before.waits === 0) return true;
  return after.waits > before.waits && took - (after.delay - before.delay) > LONG;
}

/** `freed`: octets that O_TRUNC gives back. */
export function open(path: DiskPath, flags: number, mode = 0o666, freed = 0): Promise<number> {
  const later = (): Promise<number> => disk.open(path, flags, mode);
  return freed > SMALL ? later() : atOnce(() => fs.openSync(path, flags, mode), later);
}

/** Undefined: nothing is there. Most uploads find that, and an error would cost more than the look. */
export function look(path: DiskPath): Promise<fs.Stats | undefined> {
  return atOnce(
    () => fs.lstatSync(path, { throwIfNoEntry: false }),
    () => disk.lstat(path).catch(unlessMissing),
  );
}

/** `inMemory`: on a file system that no disk is behind. Linux does nothing there either (noop_fsync), but wants to be asked. */
export async function fsync(descriptor: number, inMemory: boolean): Promise<void> {
  if (!inMemory) await disk.fsync(descriptor);
}

/** `freed`: octets of the file that was there. */
export function rename(from: DiskPath, to: DiskPath, freed = 0): Promise<void> {
  const later = (): Promise<void> => disk.rename(from, to);
  if (freed > SMALL) return later();
  return atOnce(() => {
    fs.renameSync(from, to);
  }, later);
}

/** {@link disk.readFully}; `end`: where the file ended a moment ago. A read that ends short of what was asked there is not asked again. */
export function readFully(
  descriptor: number,
  into: Uint8Array,
  position: number,
  end = Infinity,
): Promise<number> {
  const later = (): Promise<number> => disk.readFully(descriptor, into, position);
  if (into.length > SMALL) return later();
  return atOnce(() => readAll(descriptor, into, position, end), later);
}

function readAll(descriptor: number, into: Uint8Array, position: number, end: number): number {
  let done = 0;
  while (done < into.length) {
    const count = fs.readSync(descriptor, into, done, into.length - done, position + done);
    done += count;
    if (count === 0 || (done < into.length && position + done >= end)) break;
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
  return octets > WRITTEN
    ? later()
    : atOnce(() => {
        writeAll(descriptor, pieces, position);
      }, later);
}

/** Whether so many octets may be written on the loop now. */
export function mayWrite(octets: number): boolean {
  return octets <= WRITTEN && system.now() >= system.resting;
}

/** On the loop, where {@link mayWrite} allows it. */
export function writeNow(descriptor: number, octets: Uint8Array, position: number | null): void {
  watched(() => {
    writeAll(descriptor, [octets], position);
  }, system.now());
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
