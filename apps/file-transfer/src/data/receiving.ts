/**
 * Octets in: what comes in one turn of the loop is written together, and what comes while the file is being written
 * waits in memory, up to a mark; then the socket waits.
 */
import type { CloseReason, Stream } from "@socketscope/socket-core";
import { TransferBroken } from "./broken.ts";

export interface Sink {
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** As {@link FileWriter.writeNow}; only while no `write` runs. */
  writeNow?(octets: Uint8Array): boolean;
}

/** Octets that wait for the file, above which nothing more is read. */
const MARK = 1024 * 1024;

/** Octets that are worth a write; fewer wait for what else this turn brings. Node reads 64 KiB at once. */
const WORTH = 256 * 1024;

/**
 * Resolves when the client has ended the connection and all is written. Rejects with TransferBroken, or with what the
 * sink threw. `stallMs`: how long the client may send nothing.
 */
export function receiveAll(
  stream: Stream,
  sink: Sink,
  { stallMs, count }: { readonly stallMs: number; readonly count: (octets: number) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.attach(new Receiving(stream, sink, stallMs, count, resolve, reject));
  });
}

class Receiving {
  readonly #stream: Stream;
  readonly #sink: Sink;
  readonly #stallMs: number;
  readonly #count: (octets: number) => void;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #writing = false;
  /** What is here is written at the end of this turn. */
  #due = false;
  #paused = false;
  /** "ended": nothing more comes. */
  #outcome: "open" | "ended" | "over" = "open";
  #broken: TransferBroken | undefined;

  constructor(
    stream: Stream,
    sink: Sink,
    stallMs: number,
    count: (octets: number) => void,
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    this.#stream = stream;
    this.#sink = sink;
    this.#stallMs = stallMs;
    this.#count = count;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#arm();
  }

  // ── Receiver
  data(octets: Uint8Array): void {
    if (this.#outcome !== "open") return;
    this.#count(octets.length);
    this.#pieces.push(octets);
    this.#waiting += octets.length;
    if (this.#waiting >= MARK && !this.#paused) {
      this.#paused = true;
      this.#stream.deadline = Infinity;
      this.#stream.pause();
    } else this.#arm();
    if (this.#writing) return;
    if (this.#waiting >= WORTH) void this.#write();
    else if (!this.#due) {
      this.#due = true;
      setImmediate(writeDue, this);
    }
  }

  /** From the stream's own memory into the file: while they are in the processor's cache, and without memory of their own. */
  borrow(octets: Uint8Array): boolean {
    if (this.#outcome !== "open" || this.#writing || this.#waiting > 0) return false;
    try {
      if (this.#sink.writeNow?.(octets) !== true) return false;
    } catch (error) {
      this.#end(error);
      return true;
    }
    this.#count(octets.length);
    this.#arm();
    return true;
  }

  writeDue(): void {
    this.#due = false;
    if (!this.#writing) void this.#write();
  }

  ended(): void {
    if (this.#outcome !== "open") return;
    // RFC 4217 §7: under TLS the end of the file is TLS's end; TCP's alone may be anybody's.
    this.#endWith(this.#stream.endedCleanly === false ? new TransferBroken("io") : undefined);
  }

  drain(): void {
    // Nothing is sent here.
  }

  late(): void {
    this.#stream.destroy("timeout");
  }

  finish(): void {
    // A transfer that runs may end while the server drains.
  }

  closed(reason: CloseReason): void {
    if (this.#outcome === "open") this.#endWith(new TransferBroken(reason));
  }

  /** Once what came is written: a resume goes on behind it. */
  #endWith(broken: TransferBroken | undefined): void {
    this.#outcome = "ended";
    this.#broken = broken;
    this.#stream.deadline = Infinity;
    if (!this.#writing) void this.#write();
  }

  #arm(): void {
    this.#stream.deadline = this.#stallMs === Infinity ? Infinity : performance.now() + this.#stallMs;
  }

  /** All that is here; behind the end, the end. */
  async #write(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#pieces.length > 0 && this.#outcome !== "over") {
        const pieces = this.#pieces;
        this.#pieces = [];
        this.#waiting = 0;
        await this.#sink.write(pieces);
        if (this.#paused && this.#waiting < MARK && this.#outcome === "open") {
          this.#paused = false;
          this.#arm();
          this.#stream.resume();
        }
      }
      this.#writing = false;
      if (this.#outcome === "ended") this.#end(this.#broken);
    } catch (error) {
      this.#writing = false;
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    if (this.#outcome === "over") return;
    this.#outcome = "over";
    this.#pieces = [];
    this.#stream.deadline = Infinity;
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }
}

// One function for all: a closure for each piece would cost more than its octets.
function writeDue(receiving: Receiving): void {
  receiving.writeDue();
}
