/** Records on their way to an inspector: copied into batches, one write for each turn, or less often where there are many. */
import type { Stream } from "@socketscope/socket-core";
import {
  BYTES_HEAD,
  type BytesRecord,
  formatLinkRecord,
  type TapRecord,
  writeBytesHead,
} from "@socketscope/recording";

/** Octets left of a batch below which it is not worth going on behind what was written. */
const REST = 4096;

export class TapBatch {
  /** Milliseconds between two writes of less. */
  pause: number;
  readonly #stream: Pick<Stream, "queued" | "write">;
  readonly #size: number;
  #batch: Buffer;
  #view: DataView;
  /** Gathered and not written: from here up to `#filled`. */
  #from = 0;
  #filled = 0;
  #later: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #written = 0;

  /** `size`: octets gathered that are written at once. */
  constructor(stream: Pick<Stream, "queued" | "write">, size: number, pause: number) {
    this.#stream = stream;
    this.#size = size;
    this.pause = pause;
    this.#batch = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#batch);
  }

  /** Octets that the system has not taken. */
  get queued(): number {
    return this.#stream.queued + this.#filled - this.#from;
  }

  send(record: TapRecord): void {
    const frame = formatLinkRecord(record);
    this.#room(frame.length);
    this.#batch.set(frame, this.#filled);
    this.#filled += frame.length;
    this.#schedule();
  }

  octets(head: Omit<BytesRecord, "type" | "octets">, octets: Uint8Array): void {
    // A larger chunk becomes several records: none needs a batch of its own.
    const piece = this.#size - BYTES_HEAD;
    if (octets.length > piece) {
      for (let at = 0; at < octets.length; at += piece) this.octets(head, octets.subarray(at, at + piece));
      return;
    }
    const length = BYTES_HEAD + octets.length;
    this.#room(length);
    writeBytesHead(this.#view, this.#filled, head, octets.length);
    this.#batch.set(octets, this.#filled + BYTES_HEAD);
    this.#filled += length;
    this.#schedule();
  }

  write(): void {
    this.close();
    if (this.#filled === this.#from) return;
    this.#written = performance.now();
    const whole = this.#batch.subarray(this.#from, this.#filled);
    this.#stream.write(whole);
    // What the system has taken by now is written over. Otherwise it belongs to the stream, and the batch goes on behind it.
    if (this.#stream.queued === 0) this.#filled = 0;
    else if (this.#batch.length - this.#filled < REST) this.#renew(this.#size);
    this.#from = this.#filled;
  }

  /** What waits is not written by itself any more. */
  close(): void {
    clearTimeout(this.#later);
    clearImmediate(this.#soon);
    this.#later = undefined;
    this.#soon = undefined;
  }

  #room(length: number): void {
    if (this.#filled + length <= this.#batch.length) return;
    this.write();
    if (this.#filled + length > this.#batch.length) this.#renew(Math.max(this.#size, length));
  }

  #renew(size: number): void {
    this.#batch = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#batch);
    this.#from = 0;
    this.#filled = 0;
  }

  /** Behind this turn where nothing was written lately; under load the other side is not woken for each turn. */
  #schedule(): void {
    if (this.#soon !== undefined || this.#later !== undefined) return;
    const rest = this.pause - (performance.now() - this.#written);
    if (rest > 0) this.#later = setTimeout(() => this.write(), rest);
    else this.#soon = setImmediate(() => this.write());
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
