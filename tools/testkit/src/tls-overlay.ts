/** A client's TLS that may end before its connection does: Node's own, over this, gives the socket back. */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

export class TlsOverlay extends Duplex {
  /** Once it is set: what TLS says is kept here, and whoever tests sends it, in segments of his own. */
  held: Buffer | undefined;
  readonly #plain: Socket;
  readonly #pass: (octets: Buffer) => void;

  constructor(plain: Socket) {
    super();
    this.#plain = plain;
    this.#pass = (octets) => void this.push(octets);
    plain.on("data", this.#pass);
    plain.on("error", () => undefined);
    plain.on("close", () => this.destroy());
  }

  /** TLS has ended both ways: the socket goes on in clear. */
  left(): Socket {
    this.#plain.off("data", this.#pass);
    return this.#plain;
  }

  override _read(): void {
    // What comes is pushed.
  }

  override _write(octets: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.held === undefined) this.#plain.write(octets);
    else this.held = Buffer.concat([this.held, octets]);
    done();
  }

  override _final(done: () => void): void {
    done();
  }

  /** A TLS that is destroyed takes the socket with it; one that has said its end does not. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.#plain.destroy();
    done(error);
  }
}
