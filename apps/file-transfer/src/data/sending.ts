/** Octets out: one piece is read ahead while the last ones leave, and no more wait than the stream's mark. */
import type { CloseReason, Stream } from "@socketscope/socket-core";
import { TransferBroken } from "./broken.ts";

/** Pieces of what is sent; undefined at the end. */
export interface Source {
  next(): Promise<Uint8Array | undefined>;
  /** The octets given by the earliest `next` that was not recycled yet have left: their memory is the source's again. */
  recycle?(octets: Uint8Array): void;
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
  const sent = new Sent(source);
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
    const room = stream.write(piece);
    sent.add(piece);
    if (!room) await state.drained(stream);
    state.check();
    sent.recycle(stream.queued);
  }
  await stream.flushed();
  state.check();
}

/** Pieces that the kernel may not have taken yet. Making new memory for each costs more than reading the file. */
class Sent {
  readonly #source: Source;
  readonly #pieces: { readonly octets: Uint8Array; readonly end: number }[] = [];
  #total = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  add(octets: Uint8Array): void {
    this.#total += octets.length;
    this.#pieces.push({ octets, end: this.#total });
  }

  /** `queued`: octets that the kernel has not taken; it takes them in their order. */
  recycle(queued: number): void {
    for (
      let first = this.#pieces[0];
      first !== undefined && first.end <= this.#total - queued;
      first = this.#pieces[0]
    ) {
      this.#pieces.shift();
      this.#source.recycle?.(first.octets);
    }
  }
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
  /** So it needs no memory of its own. */
  borrow(): boolean {
    return true;
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
