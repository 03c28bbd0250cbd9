/** One data connection: the octets of one transfer, one way, with the brakes that both ends need. */
import type { CloseReason, Receiver, Stream } from "@socketscope/socket-core";
import { FileError } from "../errors.ts";

/** Octets received and not taken above which the socket waits; it goes on below a quarter of it. */
const READ_AHEAD = 4 * 1024 * 1024;

export class DataChannel implements Receiver {
  readonly #stream: Stream;
  readonly #timeout: number;
  #chunks: Uint8Array[] = [];
  #octets = 0;
  #paused = false;
  #ended = false;
  #closed: CloseReason | undefined;
  #late = false;
  #wake: (() => void) | undefined;

  /** `timeout`: milliseconds in which something must come. */
  constructor(stream: Stream, timeout: number) {
    this.#stream = stream;
    this.#timeout = timeout;
    this.#arm();
    stream.attach(this);
  }

  /** What comes, to the server's end. Rejects with FileError "DATA" when it breaks before. */
  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunks = this.#chunks;
      const [first] = chunks;
      if (first !== undefined) {
        this.#chunks = [];
        this.#octets = 0;
        this.#goOn();
        // What came while the last piece was written is written at once.
        yield chunks.length === 1 ? first : Buffer.concat(chunks);
        continue;
      }
      if (this.#ended) {
        // RFC 8446 §6.1: our close_notify too: vsftpd says 226 only behind it.
        this.#stream.halfClose();
        return;
      }
      if (this.#closed !== undefined) throw this.#broken();
      await this.#turn();
    }
  }

  /** Resolves when there is room for more. Rejects with FileError "DATA" when the server takes no more. */
  async send(octets: Uint8Array): Promise<void> {
    if (this.#closed !== undefined) throw this.#broken();
    if (this.#stream.write(octets)) return;
    while (this.#stream.queued >= this.#stream.highWaterMark) {
      await this.#turn();
      if (this.#isClosed()) throw this.#broken();
    }
  }

  /** All has been said: close_notify under TLS, and the FIN. Resolves when the kernel has it all. */
  async end(): Promise<void> {
    this.#stream.deadline = Infinity;
    this.#stream.halfClose();
    while (this.#stream.queued > 0 && this.#closed === undefined) await this.#turn(20);
    if (this.#stream.queued > 0) throw this.#broken();
  }

  destroy(): void {
    this.#stream.destroy("we-ended");
  }

  // ── Receiver
  data(octets: Uint8Array): void {
    this.#chunks.push(octets);
    this.#octets += octets.length;
    if (this.#octets >= READ_AHEAD && !this.#paused) {
      this.#paused = true;
      this.#stream.deadline = Infinity;
      this.#stream.pause();
    } else if (!this.#paused) this.#arm();
    this.#wakeUp();
  }
  ended(): void {
    this.#ended = true;
    this.#stream.deadline = Infinity;
    this.#wakeUp();
  }
  drain(): void {
    this.#arm();
    this.#wakeUp();
  }
  late(): void {
    this.#late = true;
    this.#stream.destroy("timeout");
  }
  /** A listener drains; nobody's does here but that of an active connection, which then has done its part. */
  finish(): void {
    this.destroy();
  }
  closed(reason: CloseReason): void {
    this.#closed = reason;
    this.#wakeUp();
  }

  #goOn(): void {
    if (!this.#paused || this.#octets > READ_AHEAD / 4) return;
    this.#paused = false;
    this.#arm();
    this.#stream.resume();
  }

  #arm(): void {
    this.#stream.deadline = performance.now() + this.#timeout;
  }

  /** Something happened, or `ms` are over. */
  #turn(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  // Read through a call: it may have changed while we waited.
  #isClosed(): boolean {
    return this.#closed !== undefined;
  }

  #broken(): FileError {
    if (this.#late || this.#closed === "timeout")
      return new FileError("TIMED_OUT", `nothing moved on the data connection for ${this.#timeout} ms`);
    return new FileError("DATA", "the data connection broke before the transfer was done");
  }
}
