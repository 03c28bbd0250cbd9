/**
 * The wire layer of a connection, for a tap that wants the octets as TCP carries them: TLS records (RFC 8446 §5.1)
 * once there is TLS, and what was said in the clear before. TLS reads and writes the system's socket by itself; to see
 * what passes there, this stands between the two, only where somebody asked.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Flow } from "./flow.ts";
import type { TapPoint } from "./tap-point.ts";

/** RFC 9850 §2: a line for each secret, as soon as it is there. Without a tap TLS does not write them out. */
export function tellKeys(secured: TLSSocket, flow: Flow, tap: TapPoint | undefined): void {
  if (tap !== undefined)
    secured.on("keylog", (line: Uint8Array) =>
      tap.keys(flow, Buffer.from(line).toString("latin1").trimEnd()),
    );
}

export type SeeWire = (direction: "in" | "out", octets: Uint8Array) => void;

export class TappedWire extends Duplex {
  protected readonly socket: Socket;
  protected readonly see: SeeWire;

  constructor(socket: Socket, see: SeeWire) {
    super();
    this.socket = socket;
    this.see = see;
    socket.on("data", (octets: Uint8Array) => this.came(octets));
    socket.on("end", () => this.cameToItsEnd());
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  came(octets: Uint8Array): void {
    this.see("in", octets);
    if (!this.push(octets)) this.socket.pause();
  }

  protected cameToItsEnd(): void {
    this.push(null);
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(octets: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.see("out", octets);
    this.socket.write(octets, done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }
}
