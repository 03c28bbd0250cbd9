/**
 * The same handlers through node:http and node:https. The sockets are accepted here and handed to Node's server, so
 * that firewall, tap and drain stand where they stand for our own engine.
 */
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps, Server as HttpsServer } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import {
  LibraryListener,
  showHeld,
  tapSocket,
  type Address,
  type Flow,
  type Listener,
  type Stream,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import { ALPN, type Engine, type EngineOptions } from "./engine.ts";
import { answerWith, requestFrom } from "./node-http-message.ts";
import { answerUpgrade } from "./node-http-upgrade.ts";

export const nodeHttp: Engine = async (options) => {
  const listener = new NodeHttpListener(options);
  await listener.listen();
  return listener;
};

/** Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

class NodeHttpListener implements Listener {
  readonly #options: EngineOptions;
  readonly #http: Server;
  readonly #accepting: LibraryListener;
  /** By the socket a request comes from: the TLSSocket once there is one. */
  readonly #flows = new WeakMap<Socket, Flow>();
  /** Connections that speak another protocol now. */
  readonly #upgraded = new Map<Flow, Stream>();

  constructor(options: EngineOptions) {
    this.#options = options;
    const { tls, idle } = options;
    const answer = (message: IncomingMessage, response: ServerResponse): void =>
      this.#answer(message, response);
    this.#http = tls === undefined ? createHttp(answer) : createHttps(secureContext(tls), answer);
    // Of Node's timers 0 is the endless one, and what is beyond the longest would be over at once.
    this.#http.keepAliveTimeout = Number.isFinite(idle) ? Math.min(idle, LONGEST_TIMER) : 0;
    // As our own engine: a head within 20 s.
    this.#http.headersTimeout = 20_000;
    // Any upload may take its time as long as it goes on; Node would cut it after five minutes.
    this.#http.requestTimeout = 0;
    this.#http.on("secureConnection", (socket: TLSSocket) => this.#secured(socket));
    // RFC 9110 §9.3.6: CONNECT is for proxies. Without a listener Node drops the connection unanswered.
    this.#http.on("connect", (_message, socket) =>
      socket.end("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    );
    this.#http.on("checkContinue", answer);
    this.#http.on("upgrade", (message, socket, rest) => this.#upgrade(message, socket, rest));
    this.#accepting = new LibraryListener(options, (socket, flow) => this.#serve(socket, flow));
  }

  get open(): ReadonlySet<Flow> {
    return this.#accepting.open;
  }
  get address(): Address {
    return this.#accepting.address;
  }

  listen(): Promise<void> {
    // Node begins to count connections when a server listens, and ours never does: without this neither
    // headersTimeout nor closeIdleConnections does anything.
    this.#http.emit("listening");
    return this.#accepting.listen();
  }

  replaceTls(tls: TlsServerOptions): void {
    if (this.#http instanceof HttpsServer) this.#http.setSecureContext(secureContext(tls));
  }

  async drain(ms: number): Promise<number> {
    this.#accepting.stopAccepting();
    this.#http.closeIdleConnections();
    for (const stream of this.#upgraded.values()) stream.finish();
    const cut = await this.#accepting.drained(ms);
    this.#http.close();
    return cut;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  #serve(socket: Socket, flow: Flow): void {
    const { tap, tls } = this.#options;
    this.#flows.set(socket, flow);
    socket.once("close", () => this.#upgraded.delete(flow));
    if (tls === undefined) {
      tap.speaks(flow, "http");
      showHeld(socket, (octets) => tap.bytes(flow, "in", octets));
    }
    this.#http.emit("connection", socket);
    if (tls === undefined) {
      tapSocket(socket, flow, tap, "http");
    }
  }

  #secured(socket: TLSSocket): void {
    const flow = this.#accepting.secured(socket, "http");
    if (flow === undefined) return;
    this.#flows.set(socket, flow);
    tapSocket(socket, flow, this.#options.tap, "http");
  }

  #upgrade(message: IncomingMessage, socket: Duplex, rest: Uint8Array): void {
    const flow = socket instanceof Socket ? this.#flows.get(socket) : undefined;
    if (!(socket instanceof Socket) || flow === undefined) {
      socket.destroy();
      return;
    }
    this.#takeOver(message, socket, rest, flow).catch(this.#options.onError);
  }

  async #takeOver(message: IncomingMessage, socket: Socket, rest: Uint8Array, flow: Flow): Promise<void> {
    const stream = await answerUpgrade(message, socket, rest, flow, this.#options);
    if (stream === undefined) return;
    this.#upgraded.set(flow, stream);
    if (this.#accepting.draining) stream.finish();
  }

  #answer(message: IncomingMessage, response: ServerResponse): void {
    const flow = this.#flows.get(message.socket);
    if (flow === undefined) {
      message.socket.destroy();
      return;
    }
    // RFC 9112 §9.6: what was asked is answered, and that is the last answer.
    if (this.#accepting.draining) response.setHeader("Connection", "close");
    response.on("finish", () => {
      // An answer that began before the drain did not say so: its connection is closed once it rests.
      if (this.#accepting.draining) setImmediate(() => this.#http.closeIdleConnections());
    });
    const request = requestFrom(message, response, flow);
    answerWith(this.#options.handler, request, response, this.#options.onError).catch(this.#options.onError);
  }
}

function secureContext({ key, cert }: TlsServerOptions): {
  key: Buffer | string;
  cert: Buffer | string;
  ALPNProtocols: string[];
  minVersion: "TLSv1.2";
} {
  const asBuffer = (value: Uint8Array | string): Buffer | string =>
    typeof value === "string" ? value : Buffer.from(value);
  return { key: asBuffer(key), cert: asBuffer(cert), ALPNProtocols: ALPN, minVersion: "TLSv1.2" };
}
