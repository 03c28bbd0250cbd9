/** Octets out: one piece is read ahead while the last ones leave, and no more wait than the stream's mark. */
import type { CloseReason, Stream } from "@socketscope/socket-core";
import { TransferBroken } from "./broken.ts";

/** Pieces of what is sent; undefined at the end. */
export interface Source {
  next(): Promise<Uint8Array | undefined>;
}

/**
 * Resolves with the octets sent when the kernel has them all. Rejects with TransferBroken, or with what the source
 * threw. How long the client may take nothing is the stream's limit (`writeStallMs`).
 */
export async function sendAll(
  stream: Stream,
  source: Source,
  count: (octets: number) => void,
): Promise<void> {
  const state = new Sending();
  stream.attach(state);
  let ahead = source.next();
  // A source that fails while we wait for the client must not count as unhandled.
  ahead.catch(() => undefined);
  for (;;) {
    const piece = await ahead;
    state.check();
    if (piece === undefined) break;
    ahead = source.next();
    ahead.catch(() => undefined);
    count(piece.length);
    if (!stream.write(piece)) await state.drained(stream);
    state.check();
  }
  await stream.flushed();
  state.check();
}

class Sending {
  #broken: CloseReason | undefined;
  #wake: (() => void) | undefined;

  check(): void {
    if (this.#broken !== undefined) throw new TransferBroken(this.#broken);
  }

  drained(stream: Stream): Promise<void> {
    if (this.#broken !== undefined || stream.queued < stream.highWaterMark) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  // ── Receiver
  data(): void {
    // RFC 959 §3.2: data flows one way; what a client says here is read and forgotten.
  }
  ended(): void {
    // It may still read.
  }
  drain(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
  late(): void {
    // No deadline is set: the stream's own stall clock runs.
  }
  finish(): void {
    // A transfer that runs may end while the server drains.
  }
  closed(reason: CloseReason): void {
    this.#broken = reason;
    this.drain();
  }
}
