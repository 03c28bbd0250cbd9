/**
 * PASV and EPSV: a listener for one connection, from the client of the control connection and from nobody else. A
 * stranger who is faster is turned away, and the listener goes on waiting (RFC 2577 §3: else he could take the file).
 */
import { randomInt } from "node:crypto";
import {
  listenTcp,
  SocketError,
  type Admission,
  type Address,
  type Stream,
  type StreamLimits,
  type TapPoint,
  type TcpListening,
} from "@socketscope/socket-core";
import type { DataChannel, PortRange } from "./data-channel.ts";
import { countOf, freePorts } from "./free-ports.ts";

export interface PassiveOptions {
  readonly control: Stream;
  /** Undefined: any free one. */
  readonly ports: PortRange | undefined;
  /** Only who has the control connection's address may connect. */
  readonly sameAddress: boolean;
  readonly tap: TapPoint;
  /** Milliseconds to connect in, counted from the transfer on. */
  readonly connectMs: number;
  readonly limits: Partial<StreamLimits>;
}

/** Of the free ports so many are tried before the kernel is asked for any. */
const MOST_TRIES = 32;

export interface PassiveChannel extends DataChannel {
  readonly address: Address;
}

/** Rejects with SocketError where no port is free. */
export async function listenPassive(options: PassiveOptions): Promise<PassiveChannel> {
  const channel = new Passive(options);
  await channel.listen();
  return channel;
}

class Passive implements PassiveChannel {
  readonly waitsForClient = true;
  readonly #options: PassiveOptions;
  #listener: TcpListening | undefined;
  /** Accepted, and not taken yet. */
  #waiting: Stream | undefined;
  #taker:
    | { readonly take: (stream: Stream) => void; readonly fail: (error: SocketError) => void }
    | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PassiveOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#waiting !== undefined;
  }

  get address(): Address {
    return this.#listener?.address ?? this.#options.control.flow.local;
  }

  /**
   * From a port on that nobody can foretell: whoever connects first is asked for by his address only (RFC 2577 §3). The
   * kernel's own choice (port 0) looks for one without a connection in TIME_WAIT, of which each transfer leaves one:
   * after some thousands that takes it two milliseconds for each.
   */
  async listen(): Promise<void> {
    const { ports = freePorts() } = this.#options;
    const count = countOf(ports);
    const most = this.#options.ports === undefined ? MOST_TRIES : count;
    const first = randomInt(count);
    for (let tried = 0; tried < most; tried++) {
      this.#listener = await this.#tryOn(ports.from + ((first + tried) % count));
      if (this.#listener !== undefined) return;
    }
    if (this.#options.ports !== undefined)
      throw new SocketError("ADDRESS_IN_USE", "every passive port is in use");
    this.#listener = await this.#listenOn(0);
  }

  /** Undefined: somebody has it. */
  async #tryOn(port: number): Promise<TcpListening | undefined> {
    try {
      return await this.#listenOn(port);
    } catch (error) {
      if (error instanceof SocketError && error.code === "ADDRESS_IN_USE") return undefined;
      throw error;
    }
  }

  async #listenOn(port: number): Promise<TcpListening> {
    const { control, tap, limits } = this.#options;
    const { host } = control.flow.local;
    const listener = await listenTcp(
      { host, port, protocol: "ftp-data", tap, parent: control, limits, admission: this.#admission() },
      (stream) => this.#accepted(stream),
    );
    // We may have been closed meanwhile.
    if (this.#closed) listener.stop();
    return listener;
  }

  #admission(): Admission {
    const { control, sameAddress } = this.#options;
    let taken = false;
    return {
      admit: (remote) => {
        if (taken) return { action: "reject", rule: "one data connection" };
        if (sameAddress && remote.host !== control.flow.remote.host)
          return { action: "reject", rule: "not the control connection's address" };
        taken = true;
        return { action: "allow" };
      },
      release: () => undefined,
    };
  }

  #accepted(stream: Stream): void {
    this.#listener?.stop();
    if (this.#closed) stream.destroy("we-ended");
    else if (this.#taker === undefined) this.#waiting = stream;
    else {
      clearTimeout(this.#timer);
      this.#taker.take(stream);
      this.#taker = undefined;
    }
  }

  open(): Promise<Stream> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) return Promise.resolve(waiting);
    return new Promise((take, fail) => {
      this.#taker = { take, fail };
      this.#timer = setTimeout(() => {
        const { connectMs } = this.#options;
        fail(new SocketError("TIMED_OUT", `nobody connected within ${connectMs} ms`));
        this.close();
      }, this.#options.connectMs);
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listener?.stop();
    this.#waiting?.destroy("we-ended");
    this.#waiting = undefined;
    this.#taker?.fail(new SocketError("CLOSED", "the data connection was given up"));
    this.#taker = undefined;
  }
}
