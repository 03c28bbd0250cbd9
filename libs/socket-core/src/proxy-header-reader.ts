/** Reads the PROXY header from an accepted socket, and leaves every octet behind it where TLS or the core finds it. */
import type { Socket } from "node:net";
import { RemoteError } from "@socketscope/wire";
import { ProxyHeader, type ProxyEvent } from "./proxy-header.ts";
import { now, unwatch, watch, type Swept } from "./sweep.ts";

/** Called once: the header, or why there is none and will be none. */
export type HeaderOutcome = { readonly header: ProxyEvent } | { readonly refused: string };

/** Starts reading. `ms`: milliseconds for the whole header. A socket that fails by itself is an outcome as well. */
export function readProxyHeader(socket: Socket, ms: number, done: (outcome: HeaderOutcome) => void): void {
  watch(new HeaderReader(socket, now() + ms, done));
}

class HeaderReader implements Swept {
  readonly #socket: Socket;
  readonly #deadline: number;
  readonly #done: (outcome: HeaderOutcome) => void;
  readonly #core = new ProxyHeader();

  constructor(socket: Socket, deadline: number, done: (outcome: HeaderOutcome) => void) {
    this.#socket = socket;
    this.#deadline = deadline;
    this.#done = done;
    // 'readable' and not 'data': once a socket flows, it can only be stopped by pause(), and then the stream that
    // takes it over would have to know that it must be resumed
    socket.on("readable", this.#onReadable);
    socket.on("end", this.#onEnd);
    socket.on("error", ignore);
    socket.on("close", this.#onClose);
  }

  sweep(at: number): void {
    if (at < this.#deadline) return;
    this.#core.receive("timeout");
    this.#pull();
  }

  readonly #onReadable = (): void => {
    const octets: unknown = this.#socket.read();
    if (!(octets instanceof Uint8Array)) return;
    this.#core.receive(octets);
    this.#pull();
  };
  readonly #onEnd = (): void => {
    this.#core.receive("end");
    this.#pull();
  };
  readonly #onClose = (): void =>
    this.#finish({ refused: "protocol: the peer left before its PROXY header" });

  #pull(): void {
    try {
      const event = this.#core.next();
      if (typeof event === "string") return;
      const rest = this.#core.unread();
      // what came behind the header is plaintext of the next protocol or a ClientHello: back into the socket, where
      // TcpStream reads it and a TLSSocket feeds it to TLS
      if (rest.length > 0) this.#socket.unshift(rest);
      this.#finish({ header: event });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#finish({ refused: `protocol: ${error.message} (${error.code})` });
    }
  }

  #finish(outcome: HeaderOutcome): void {
    unwatch(this);
    this.#socket.off("readable", this.#onReadable);
    this.#socket.off("end", this.#onEnd);
    this.#socket.off("close", this.#onClose);
    // the error listener stays: it does no harm beside the next one's, and there is no gap without any
    this.#done(outcome);
  }
}

function ignore(): void {
  // 'close' follows, and that is what counts.
}
