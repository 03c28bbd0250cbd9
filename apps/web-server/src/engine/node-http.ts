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
import { createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  asSocketError,
  nextFlowId,
  tapSocket,
  type Address,
  type Flow,
  type Listener,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import type { Engine, EngineOptions } from "./engine.ts";
import { answerWith, requestFrom } from "./node-http-message.ts";

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
  /** By the socket a request comes from: the TLSSocket once there is one. */
  readonly #flows = new WeakMap<Socket, Flow>();
  #address: Address = { host: "", port: 0 };
  #draining = false;
  #empty: (() => void) | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
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
    this.#accepting.maxConnections = options.maxConnections;
    this.#accepting.on("connection", (socket) => this.#accept(socket));
  }

  get address(): Address {
    return this.#address;
  }

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

  replaceTls(tls: TlsServerOptions): void {
    if (this.#http instanceof HttpsServer) this.#http.setSecureContext(secureContext(tls));
  }

  async drain(ms: number): Promise<number> {
    this.#draining = true;
    const stopped = new Promise<void>((resolve) => {
      this.#accepting.close(() => resolve());
    });
    this.#http.closeIdleConnections();
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
    const { admission, tap, tls } = this.#options;
    const remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    const local = { host: socket.localAddress ?? this.#address.host, port: socket.localPort ?? 0 };
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
      admission.release(remote);
      tap.closed(flow, this.#draining ? "drained" : "peer-ended");
      if (this.#connections.size === 0) this.#empty?.();
    });
    this.#http.emit("connection", socket);
    if (tls === undefined) {
      tap.speaks(flow, "http");
      tapSocket(socket, flow, tap, "http");
    }
  }

  #secured(socket: TLSSocket): void {
    const { tap } = this.#options;
    const { remotePort, localPort } = socket;
    // Node does not say which socket a TLSSocket stands on; among the open ones the ports are enough.
    const found = [...this.#connections].find(
      ({ flow }) =>
        flow.remote.port === remotePort &&
        flow.local.port === localPort &&
        flow.remote.host === socket.remoteAddress,
    );
    if (found === undefined) return;
    this.#flows.set(socket, found.flow);
    const { name } = socket.getCipher();
    const alpn = typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined;
    tap.secured(found.flow, socket.getProtocol() ?? "", name, alpn);
    tap.speaks(found.flow, "http");
    tapSocket(socket, found.flow, tap, "http");
  }

  #answer(message: IncomingMessage, response: ServerResponse): void {
    const flow = this.#flows.get(message.socket);
    if (flow === undefined) {
      message.socket.destroy();
      return;
    }
    // RFC 9112 §9.6: what was asked is answered, and that is the last answer.
    if (this.#draining) response.setHeader("Connection", "close");
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
  return { key: asBuffer(key), cert: asBuffer(cert), ALPNProtocols: ["http/1.1"], minVersion: "TLSv1.2" };
}
