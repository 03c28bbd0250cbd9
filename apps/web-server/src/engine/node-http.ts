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
import { createServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import {
  asSocketError,
  nextFlowId,
  tapSocket,
  type Address,
  type Flow,
  type Listener,
  type Stream,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import { ALPN, type Engine, type EngineOptions } from "./engine.ts";
import { answerWith, requestFrom } from "./node-http-message.ts";
import { Proxies, showHeld } from "./node-http-proxies.ts";
import { answerUpgrade } from "./node-http-upgrade.ts";

export const nodeHttp: Engine = async (options) => {
  const listener = new NodeHttpListener(options);
  await listener.listen();
  return listener;
};

interface Connection {
  readonly flow: Flow;
  readonly socket: Socket;
}

class NodeHttpListener implements Listener {
  readonly open = new Set<Flow>();
  readonly #options: EngineOptions;
  readonly #http: Server;
  readonly #accepting = createServer({ noDelay: true });
  readonly #connections = new Set<Connection>();
  readonly #proxies: Proxies;
  /** By the socket a request comes from: the TLSSocket once there is one. */
  readonly #flows = new WeakMap<Socket, Flow>();
  /** Connections that speak another protocol now. */
  readonly #upgraded = new Map<Flow, Stream>();
  #address: Address = { host: "", port: 0 };
  #draining = false;
  #empty: (() => void) | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#proxies = new Proxies(options.proxyFrom ?? []);
    const { tls, idle } = options;
    const answer = (message: IncomingMessage, response: ServerResponse): void =>
      this.#answer(message, response);
    this.#http = tls === undefined ? createHttp(answer) : createHttps(secureContext(tls), answer);
    this.#http.keepAliveTimeout = idle;
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
    this.#accepting.maxConnections = options.maxConnections;
    this.#accepting.on("connection", (socket) => this.#accept(socket));
  }

  get address(): Address {
    return this.#address;
  }

  listen(): Promise<void> {
    // Node begins to count connections when a server listens, and ours never does: without this neither
    // headersTimeout nor closeIdleConnections does anything.
    this.#http.emit("listening");
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

  replaceTls(tls: TlsServerOptions): void {
    if (this.#http instanceof HttpsServer) this.#http.setSecureContext(secureContext(tls));
  }

  async drain(ms: number): Promise<number> {
    this.#draining = true;
    const stopped = new Promise<void>((resolve) => {
      this.#accepting.close(() => resolve());
    });
    this.#http.closeIdleConnections();
    this.#proxies.drain();
    for (const stream of this.#upgraded.values()) stream.finish();
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
    await stopped;
    this.#http.close();
    return cut;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
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
    const { admission, tap, tls } = this.#options;
    const verdict = admission.admit(remote, local);
    if (verdict.action !== "allow") {
      tap.refused(remote, local, verdict.rule);
      socket.resetAndDestroy();
      return;
    }
    const flow: Flow = { id: nextFlowId(), transport: "tcp", local, remote };
    const connection = { flow, socket };
    this.#connections.add(connection);
    this.open.add(flow);
    this.#flows.set(socket, flow);
    tap.opened(flow);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.open.delete(flow);
      this.#upgraded.delete(flow);
      admission.release(remote);
      tap.closed(flow, this.#draining ? "drained" : "peer-ended");
      if (this.#connections.size === 0) this.#empty?.();
    });
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
    const { tap } = this.#options;
    const { remotePort, localPort } = socket;
    // Node does not say which socket a TLSSocket stands on; among the open ones the ports are enough.
    const found = [...this.#connections].find(
      ({ socket: raw }) =>
        raw.remotePort === remotePort &&
        raw.localPort === localPort &&
        raw.remoteAddress === socket.remoteAddress,
    );
    if (found === undefined) return;
    this.#flows.set(socket, found.flow);
    const { name } = socket.getCipher();
    const alpn = typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined;
    tap.secured(found.flow, socket.getProtocol() ?? "", name, alpn);
    tap.speaks(found.flow, "http");
    tapSocket(socket, found.flow, tap, "http");
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
    if (this.#draining) stream.finish();
  }

  #answer(message: IncomingMessage, response: ServerResponse): void {
    const flow = this.#flows.get(message.socket);
    if (flow === undefined) {
      message.socket.destroy();
      return;
    }
    // RFC 9112 §9.6: what was asked is answered, and that is the last answer.
    if (this.#draining) response.setHeader("Connection", "close");
    response.on("finish", () => {
      // An answer that began before the drain did not say so: its connection is closed once it rests.
      if (this.#draining) setImmediate(() => this.#http.closeIdleConnections());
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
