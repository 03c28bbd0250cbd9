/**
 * A stream as a Node duplex, for a library that wants a socket of its own (ssh2). What stands below it, the intercept,
 * the tap, the limits and the drain, is the same as for our own protocols.
 */
import { Duplex } from "node:stream";
import type { CloseReason } from "./flow.ts";
import type { Stream } from "./stream.ts";

export interface DuplexEvents {
  /** The stream's deadline passed. */
  late(): void;
  /** The listener drains. */
  finish(): void;
  /** There is room again below {@link DuplexOverStream.queued}. */
  room(): void;
  closed(reason: CloseReason): void;
}

/** Octets of answers that leave together; behind more, who reads them would only wait. */
const TOGETHER = 64 * 1024;

export class DuplexOverStream extends Duplex {
  readonly stream: Stream;
  #paused = false;
  /** Waits for room: Node gives us nothing before it is called. */
  #taken: (() => void) | undefined;
  #ended = false;
  /** The library is being given a piece; what it answers is kept together. */
  #answering = false;
  #answers: Uint8Array[] = [];
  #octets = 0;

  constructor(stream: Stream, events: DuplexEvents) {
    // Whoever ends is answered with our end, as a plain socket of Node does.
    super({ allowHalfOpen: false, highWaterMark: stream.highWaterMark });
    this.stream = stream;
    stream.attach({
      data: (octets) => {
        if (this.#ended || this.destroyed) return;
        // What the library answers to one piece leaves in one write.
        this.#answering = true;
        const more = this.push(octets);
        this.#answering = false;
        this.#passOn();
        if (!more) {
          this.#paused = true;
          stream.pause();
        }
      },
      ended: () => this.#end(),
      drain: () => {
        const taken = this.#taken;
        this.#taken = undefined;
        taken?.();
        events.room();
      },
      late: () => events.late(),
      finish: () => events.finish(),
      closed: (reason) => {
        this.#end();
        this.destroy();
        events.closed(reason);
      },
    });
  }

  /** Octets that the kernel has not taken. */
  get queued(): number {
    return this.writableLength + this.stream.queued;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.push(null);
  }

  override _read(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.stream.resume();
  }

  override _write(octets: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#answering) return this.#put(octets, done);
    this.#answers.push(octets);
    this.#octets += octets.length;
    if (this.#octets < TOGETHER || this.#passOn()) done();
    else this.#taken = done;
  }

  /** False: the stream is full. */
  #passOn(): boolean {
    if (this.#octets === 0) return true;
    const answers = this.#answers;
    this.#answers = [];
    this.#octets = 0;
    return this.stream.write(answers);
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: () => void): void {
    this.#put(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #put(pieces: Uint8Array | readonly Uint8Array[], done: () => void): void {
    this.#passOn();
    if (this.stream.write(pieces)) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    this.#passOn();
    this.stream.linger("we-ended");
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#passOn();
    this.stream.destroy(error === null ? "we-ended" : "io");
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
    done(error);
  }
}
