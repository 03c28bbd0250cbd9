/** Octets in: what comes while the file is being written waits in memory, up to a mark; then the socket waits. */
import type { CloseReason, Stream } from "@socketscope/socket-core";
import { TransferBroken } from "./broken.ts";

export interface Sink {
  write(pieces: readonly Uint8Array[]): Promise<void>;
}

/** Octets that wait for the file, above which nothing more is read. */
const MARK = 1024 * 1024;

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
  #paused = false;
  #outcome: "open" | "ended" | "over" = "open";

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
    if (!this.#writing) void this.#write();
  }

  ended(): void {
    if (this.#outcome !== "open") return;
    // RFC 4217 §7: under TLS the end of the file is TLS's end; TCP's alone may be anybody's.
    if (this.#stream.endedCleanly === false) return this.#end(new TransferBroken("io"));
    this.#outcome = "ended";
    this.#stream.deadline = Infinity;
    if (!this.#writing) this.#end(undefined);
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
    if (this.#outcome === "open") this.#end(new TransferBroken(reason));
  }

  #arm(): void {
    this.#stream.deadline = this.#stallMs === Infinity ? Infinity : performance.now() + this.#stallMs;
  }

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
      if (this.#outcome === "ended") this.#end(undefined);
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
