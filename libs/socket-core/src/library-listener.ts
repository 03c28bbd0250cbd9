/**
 * Accepts for a library engine (node:http, smtp-server, ftp-srv): the sockets are handed to it one by one, so that
 * PROXY header, firewall, tap, count and drain stand where they stand for our own engines.
 */
import { createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Admission } from "./admission.ts";
import { asSocketError } from "./errors.ts";
import { nextFlowId } from "./flow-id.ts";
import type { Address, Flow } from "./flow.ts";
import { Proxies } from "./library-proxies.ts";
import { defaultStreamLimits } from "./stream-limits.ts";
import { unwatch, watch, type Swept } from "./sweep.ts";
import type { TapPoint } from "./tap-point.ts";
import { stallOf, type WriteStall } from "./write-stall.ts";

export interface LibraryListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly maxConnections: number;
  readonly tap: TapPoint;
  readonly admission: Admission;
  readonly proxyFrom?: readonly string[] | undefined;
  /** Milliseconds in which a peer must take something of what is queued on a plain socket. Default 30 s. */
  readonly writeStall?: number | undefined;
}

interface Connection {
  readonly flow: Flow;
  readonly socket: Socket;
  stall: WriteStall | undefined;
}

export class LibraryListener implements Swept {
  readonly open = new Set<Flow>();
  readonly #options: LibraryListenerOptions;
  readonly #give: (socket: Socket, flow: Flow) => void;
  readonly #accepting = createServer({ noDelay: true });
  readonly #connections = new Set<Connection>();
  readonly #proxies: Proxies;
  #address: Address = { host: "", port: 0 };
  #draining = false;
  #empty: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  /** `give`: the socket is the library's; what came in one segment with a PROXY header is in it still. */
  constructor(options: LibraryListenerOptions, give: (socket: Socket, flow: Flow) => void) {
    this.#options = options;
    this.#give = give;
    this.#proxies = new Proxies(options.proxyFrom ?? []);
    this.#accepting.maxConnections = options.maxConnections;
    this.#accepting.on("connection", (socket) => this.#accept(socket));
  }

  get address(): Address {
    return this.#address;
  }
  get draining(): boolean {
    return this.#draining;
  }

  /** Rejects with SocketError. */
  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#accepting.once("error", (error) =>
        reject(asSocketError(error, `listening on ${host} port ${port}`)),
      );
      this.#accepting.listen({ host, port, ipv6Only: true }, () => {
        const bound = this.#accepting.address();
        if (bound !== null && typeof bound === "object")
          this.#address = { host: bound.address, port: bound.port };
        resolve();
      });
    });
  }

  /** Of an open socket, or of the TLSSocket that stands on it. */
  flowOf(socket: Socket): Flow | undefined {
    return this.#of(socket)?.flow;
  }

  /** For a library that shows no socket. */
  flowByPorts(remotePort: number, localPort: number): Flow | undefined {
    return [...this.#connections].find(
      ({ socket }) => socket.remotePort === remotePort && socket.localPort === localPort,
    )?.flow;
  }

  cut(flow: Flow): void {
    for (const connection of this.#connections) if (connection.flow === flow) connection.socket.destroy();
  }

  /** A library has a TLSSocket now: the tap is told, and sees plaintext once it is tapped. */
  secured(socket: TLSSocket, protocol: string): Flow | undefined {
    const flow = this.flowOf(socket);
    if (flow === undefined) return undefined;
    const alpn = typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined;
    const { tap } = this.#options;
    tap.secured(flow, socket.getProtocol() ?? "", socket.getCipher().name, alpn);
    tap.speaks(flow, protocol);
    return flow;
  }

  /** Whoever takes nothing of what is queued for him is cut: a library would hold it for ever. */
  sweep(at: number): void {
    const { writeStall = defaultStreamLimits.writeStallMs } = this.#options;
    for (const connection of this.#connections) {
      const { socket } = connection;
      const { writableLength, bytesWritten } = socket;
      connection.stall = stallOf(connection.stall, socket, writableLength, bytesWritten, at);
      if (connection.stall !== undefined && connection.stall.ms >= writeStall) socket.destroy();
    }
  }

  /** Nobody is taken any more. Idempotent. */
  stopAccepting(): void {
    this.#draining = true;
    this.#stopped ??= new Promise((resolve) => {
      this.#accepting.close(() => resolve());
    });
    this.#proxies.drain();
  }

  /** Waits for those who are there, cuts the rest after `ms`. Returns how many were cut. */
  async drained(ms: number): Promise<number> {
    this.stopAccepting();
    let cut = 0;
    if (this.#connections.size > 0) {
      const timer = setTimeout(() => {
        cut = this.#connections.size;
        for (const { socket } of this.#connections) socket.destroy();
      }, ms);
      await new Promise<void>((resolve) => {
        this.#empty = resolve;
      });
      clearTimeout(timer);
    }
    await this.#stopped;
    return cut;
  }

  #accept(socket: Socket): void {
    const remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    const local = { host: socket.localAddress ?? this.#address.host, port: socket.localPort ?? 0 };
    this.#proxies.name(socket, remote, (named) => {
      if ("refused" in named) {
        this.#options.tap.refused(remote, local, named.refused);
        socket.resetAndDestroy();
      } else this.#judge(socket, named.remote, local);
    });
  }

  #judge(socket: Socket, remote: Address, local: Address): void {
    const { admission, tap } = this.#options;
    const verdict = admission.admit(remote, local);
    if (verdict.action !== "allow") {
      tap.refused(remote, local, verdict.rule);
      socket.resetAndDestroy();
      return;
    }
    const flow: Flow = { id: nextFlowId(), transport: "tcp", local, remote };
    const connection: Connection = { flow, socket, stall: undefined };
    this.#connections.add(connection);
    watch(this);
    this.open.add(flow);
    tap.opened(flow);
    socket.on("error", () => undefined);
    whenClosed(socket, () => {
      this.#connections.delete(connection);
      this.open.delete(flow);
      admission.release(remote);
      tap.closed(flow, this.#draining ? "drained" : "peer-ended");
      if (this.#connections.size > 0) return;
      unwatch(this);
      this.#empty?.();
    });
    this.#give(socket, flow);
  }

  /** Node does not say which socket a TLSSocket stands on; among the open ones the ports are enough. */
  #of(socket: Socket): Connection | undefined {
    const { remotePort, localPort, remoteAddress } = socket;
    return [...this.#connections].find(
      ({ socket: raw }) =>
        raw === socket ||
        (raw.remotePort === remotePort && raw.localPort === localPort && raw.remoteAddress === remoteAddress),
    );
  }
}

/** A listener would not do: smtp-server takes all of them off a socket that goes on under TLS. */
function whenClosed(socket: Socket, then: () => void): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...rest: unknown[]) => {
    if (event === "close") then();
    return emit(event, ...rest);
  };
}
