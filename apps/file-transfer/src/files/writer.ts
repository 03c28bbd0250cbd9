/** A file open for writing: keeps order where order counts, and ends exactly once. */
import { fchmod, fstat, fsync, ftruncate, futimes, readFully } from "./disk.ts";
import { Calls } from "./calls.ts";
import { describe } from "./describe.ts";
import type { Destination } from "./destination.ts";
import type { FileProblem } from "./file-problem.ts";
import type { FileStat, FileWriter } from "./file-system.ts";
import { asProblem, problem } from "./problems.ts";
import * as quick from "./quick.ts";
import type { Usage } from "./usage.ts";

export interface WriterOptions {
  readonly destination: Destination;
  readonly usage: Usage;
  readonly quota: number | undefined;
  /** The first octet of a write without a position. */
  readonly start: number;
  /** All writes go behind one another, whatever they say. */
  readonly append: boolean;
  readonly readable: boolean;
  readonly closed: (writer: Writer) => void;
}

interface Times {
  readonly accessed?: number;
  readonly modified?: number;
}

export class Writer implements FileWriter {
  readonly path: string;
  readonly atomic: boolean;
  readonly start: number;
  readonly #options: WriterOptions;
  readonly #descriptor: number;
  readonly #calls = new Calls();
  /** Octets in the file, as far as asked for. */
  #size: number;
  /** Where the next write without a position goes. */
  #next: number;
  /** Writes that keep an order wait for this one. */
  #last: Promise<unknown> = Promise.resolve();
  #times: Times | undefined;
  #failed: FileProblem | undefined;

  constructor(options: WriterOptions) {
    const { destination, start } = options;
    this.#options = options;
    this.path = destination.path;
    this.atomic = destination.atomic;
    this.start = start;
    this.#descriptor = destination.descriptor;
    this.#size = destination.size;
    this.#next = start;
  }

  write(octets: Uint8Array | readonly Uint8Array[], position?: number): Promise<void> {
    const pieces = octets instanceof Uint8Array ? [octets] : octets;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const ordered = position === undefined || this.#options.append;
    return this.#change(async () => {
      const at = ordered ? this.#next : position;
      if (length > 0) this.#reserve(at + length);
      if (!ordered) return this.#writeAt(pieces, at);
      this.#next = at + length;
      const before = this.#last;
      const written = before.then(() => this.#writeAt(pieces, at));
      // A failed one is told to its caller, and the next ones do not begin: see #writeAt.
      this.#last = written.catch(() => undefined);
      return written;
    });
  }

  writeNow(octets: Uint8Array): boolean {
    if (this.#calls.ended || this.#failed !== undefined || this.#calls.running.size > 0) return false;
    if (!quick.mayWrite(octets.length)) return false;
    const at = this.#next;
    this.#next = at + octets.length;
    try {
      this.#reserve(this.#next);
      quick.writeNow(this.#descriptor, octets, this.#options.destination.appends ? null : at);
      return true;
    } catch (error) {
      this.#failed = asProblem(error);
      throw this.#failed;
    }
  }

  async #writeAt(pieces: readonly Uint8Array[], at: number): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    await quick.writeFully(this.#descriptor, pieces, this.#options.destination.appends ? null : at);
  }

  /** The quota is asked before the disk is. */
  #reserve(end: number): void {
    if (end <= this.#size) return;
    const { usage, quota, destination } = this.#options;
    usage.grow(end - this.#size, quota, destination.replaced);
    this.#size = end;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    if (!this.#options.readable) return Promise.reject(problem("forbidden"));
    return this.#calls.run(() => readFully(this.#descriptor, into, position));
  }

  stat(): Promise<FileStat> {
    return this.#calls.run(async () => {
      const stat = describe(await fstat(this.#descriptor), this.atomic);
      const { modified = stat.modified, accessed = stat.accessed } = this.#times ?? {};
      return { ...stat, modified, accessed };
    });
  }

  setSize(size: number): Promise<void> {
    return this.#change(async () => {
      const before = this.#size;
      this.#reserve(size);
      await this.#last;
      await ftruncate(this.#descriptor, size);
      if (size < before) {
        this.#size = size;
        this.#options.usage.shrink(before - size);
      }
      if (this.#options.append) this.#next = size;
    });
  }

  setMode(mode: number): Promise<void> {
    return this.#calls.run(() => fchmod(this.#descriptor, mode & 0o777));
  }

  setTimes(times: Times): Promise<void> {
    return this.#calls.run(async () => {
      this.#times = { ...this.#times, ...times };
    });
  }

  sync(): Promise<void> {
    const before = [...this.#calls.running];
    return this.#change(async () => {
      await Promise.allSettled(before);
      await fsync(this.#descriptor);
    });
  }

  commit(): Promise<void> {
    if (this.#calls.ended) return Promise.reject(problem("closed"));
    const done = this.#commit().catch((error: unknown) => {
      throw asProblem(error);
    });
    void this.#calls.end(() => done.catch(() => undefined));
    return done;
  }

  async #commit(): Promise<void> {
    const { destination } = this.#options;
    try {
      await this.#calls.settled();
      if (this.#failed !== undefined) throw this.#failed;
      await this.#applyTimes();
      await quick.fsync(this.#descriptor, destination.inMemory);
    } catch (error) {
      await destination.abandon(keptAfter(asProblem(error)), this.#size);
      this.#options.closed(this);
      throw error;
    }
    await destination.commit(this.#size).finally(() => {
      this.#options.closed(this);
    });
  }

  async #applyTimes(): Promise<void> {
    if (this.#times === undefined) return;
    const { atimeMs, mtimeMs } = await fstat(this.#descriptor);
    const { accessed = atimeMs, modified = mtimeMs } = this.#times;
    await futimes(this.#descriptor, accessed / 1000, modified / 1000);
  }

  abandon(partial: "keep" | "remove"): Promise<void> {
    return this.#calls.end(() => this.#abandon(partial));
  }

  async #abandon(partial: "keep" | "remove"): Promise<void> {
    await this.#calls.settled();
    const kept = this.#failed === undefined ? partial : keptAfter(this.#failed, partial);
    await this.#options.destination.abandon(kept, this.#size);
    this.#options.closed(this);
  }

  /** The octets: the first thing that fails here is remembered, and the file is not finished. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return this.#calls.run(async () => {
      try {
        return await work();
      } catch (error) {
        this.#failed ??= asProblem(error);
        throw error;
      }
    });
  }
}

/** What does not fit now does not fit later either: the room is given back. */
function keptAfter({ code }: FileProblem, asked: "keep" | "remove" = "keep"): "keep" | "remove" {
  return code === "disk-full" || code === "quota" || code === "too-large" ? "remove" : asked;
}
