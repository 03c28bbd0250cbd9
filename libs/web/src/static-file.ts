/** One version of a file, opened: whatever happens to its name, these octets are what was announced. */
import { constants, type BigIntStats } from "node:fs";
import { open, readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import { relative, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What changes when a file is rewritten or another takes its place. */
export interface Version {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** ctime too: it moves at every write, also when mtime is set back afterwards (`cp -p`, `touch -d`). */
export function sameVersion(a: Version, b: Version): boolean {
  return (
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

/** Why there is no file: `"forbidden"` the system refuses · `"busy"` no descriptor is left. */
export type NoFile = "missing" | "forbidden" | "busy";

export interface FoundFolder {
  readonly location: string;
}

/** A file's times are stamped with the kernel's tick, at most 10 ms long; a write within one leaves no trace. */
const TICK_MS = 20;
/** Some file systems stamp whole seconds (FAT: two). */
const COARSE_TICK_MS = 2000;

export class OpenFile {
  readonly handle: FileHandle;
  /** The name it was opened by. */
  readonly path: string;
  readonly version: Version;
  /**
   * No later write can leave `version` as it is. False for a file that is being written right now: neither
   * kept in memory nor given a strong validator (RFC 9110 §8.8.1).
   */
  readonly settled: boolean;

  private constructor(handle: FileHandle, path: string, version: Version, settled: boolean) {
    this.handle = handle;
    this.path = path;
    this.version = version;
    this.settled = settled;
  }

  get size(): number {
    return Number(this.version.size);
  }

  /**
   * Opens a regular file. With `root`, refuses (as missing) what is really elsewhere or hidden there. What is
   * judged is the descriptor, so nothing can be swapped between the look and the use.
   */
  static async open(
    path: string,
    root: string | undefined,
    now: () => number,
  ): Promise<OpenFile | FoundFolder | NoFile> {
    let handle: FileHandle;
    try {
      // O_NONBLOCK: opening a FIFO must not wait for a writer.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      return whyNot(error);
    }
    let kept = false;
    try {
      const location = await locationOf(handle, path);
      if (location === undefined) return "missing";
      if (root !== undefined && !isInside(location, await realpath(root))) return "missing";
      let stats = await handle.stat({ bigint: true });
      if (stats.isDirectory()) return { location };
      if (!stats.isFile()) return "missing";
      const wait = untilSettled(stats, now());
      if (wait > 0 && wait <= TICK_MS) {
        await sleep(wait);
        stats = await handle.stat({ bigint: true });
      }
      kept = true;
      return new OpenFile(handle, path, stats, untilSettled(stats, now()) === 0);
    } catch (error) {
      return whyNot(error);
    } finally {
      if (!kept) await handle.close();
    }
  }

  /** Whether the octets read until now are those of `version`. A file that only grew still holds them. */
  async unchanged(): Promise<boolean> {
    const stats = await this.handle.stat({ bigint: true });
    // Not ctime: a rename over this very file (the usual way to replace one) moves it.
    return (
      stats.size > this.version.size ||
      (stats.size === this.version.size && stats.mtimeNs === this.version.mtimeNs)
    );
  }

  /** All of it, or undefined when it changed meanwhile. For small files. */
  async readWhole(): Promise<Uint8Array | undefined> {
    const octets = Buffer.allocUnsafeSlow(this.size);
    let at = 0;
    while (at < octets.length) {
      const { bytesRead } = await this.handle.read(octets, at, octets.length - at, at);
      if (bytesRead === 0) return undefined;
      at += bytesRead;
    }
    return sameVersion(await this.handle.stat({ bigint: true }), this.version) ? octets : undefined;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Closes it without waiting. Nothing was written, so a failure has nothing to tell. */
  discard(): void {
    this.handle.close().catch(() => {});
  }
}

/** Names that begin with a dot, save for `/.well-known/` at the root (RFC 8615 §3). `path` without the root. */
export function isHidden(path: string): boolean {
  if (!path.includes(".")) return false;
  const names = path.split("/").filter((name) => name !== "");
  return names.some((name, index) => name.startsWith(".") && !(index === 0 && name === ".well-known"));
}

/** Milliseconds until a write must show in the file's times; 0 when it is so already. */
function untilSettled(stats: BigIntStats, now: number): number {
  const tick = stats.ctimeNs % 1_000_000_000n === 0n ? COARSE_TICK_MS : TICK_MS;
  // A time in the future says nothing about order.
  return Math.max(0, Math.ceil(Number(stats.ctimeNs / 1000n) / 1000 + tick - now));
}

async function locationOf(handle: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === "linux") return readlink(`/proc/self/fd/${handle.fd}`);
  const [location, opened] = [await realpath(path), await handle.stat({ bigint: true })];
  const there = await stat(location, { bigint: true });
  return there.ino === opened.ino && there.dev === opened.dev ? location : undefined;
}

function isInside(location: string, root: string): boolean {
  const inner = relative(root, location);
  if (inner === ".." || inner.startsWith(`..${sep}`)) return false;
  return !isHidden(inner.replaceAll(sep, "/"));
}

function whyNot(error: unknown): NoFile {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
    case "ELOOP":
    // A socket, a device without its driver.
    case "ENXIO":
    case "ENODEV":
      return "missing";
    case "EACCES":
    case "EPERM":
      return "forbidden";
    case "EMFILE":
    case "ENFILE":
      return "busy";
    default:
      throw error;
  }
}
