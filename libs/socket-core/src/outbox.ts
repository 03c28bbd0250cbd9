/** What is sent in one turn, gathered: it leaves in one write, which is worth a factor of three when requests are pipelined. */
import type { Stream } from "./stream.ts";

export class Outbox {
  readonly #stream: Stream;
  #pieces: Uint8Array[] = [];
  #octets = 0;
  /** The next tick writes. */
  #due = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Octets gathered and not yet given to the stream. */
  get octets(): number {
    return this.#octets;
  }

  add(pieces: Uint8Array | readonly Uint8Array[]): void {
    if (pieces instanceof Uint8Array) this.#add(pieces);
    else for (const piece of pieces) this.#add(piece);
  }

  #add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#octets += piece.length;
  }

  flush(): void {
    if (this.#octets === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#octets = 0;
    this.#stream.write(pieces);
  }

  /** In the next tick: it comes behind all microtasks, so that what their promises send leaves with it. */
  flushLater(): void {
    if (this.#due || this.#octets === 0) return;
    this.#due = true;
    process.nextTick(flushDue, this);
  }

  flushDue(): void {
    this.#due = false;
    this.flush();
  }
}

function flushDue(outbox: Outbox): void {
  outbox.flushDue();
}
