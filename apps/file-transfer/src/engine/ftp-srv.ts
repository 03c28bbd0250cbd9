/**
 * The same users and files behind the ftp-srv library. What it does not do (EPSV on IPv6, MLSD, data connections under
 * the control connection's TLS session, half of RFC 959's codes) is not made up for here: tools/differential shows it.
 */
import { EventEmitter } from "node:events";
import {
  LibraryListener,
  showHeld,
  tapSocket,
  type Address,
  type Flow,
  type Listener,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import { FtpSrv, type FtpConnection, type FtpServerOptions } from "ftp-srv";
import type { Socket } from "node:net";
import { Server as TlsServer, TLSSocket } from "node:tls";
import type { Engine, EngineOptions } from "./engine.ts";
import { LibraryConnection } from "./ftp-srv-connection.ts";

export const ftpSrv: Engine = async (options) => {
  const listener = new FtpSrvListener(options);
  await listener.listen();
  return listener;
};

/** The library logs to bunyan at every step; what matters comes by the visit. */
const silent: object = {
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
};

class FtpSrvListener implements Listener {
  readonly #options: EngineOptions;
  readonly #accepting: LibraryListener;
  readonly #library: FtpSrv;
  readonly #connections = new Map<FtpConnection, LibraryConnection>();

  constructor(options: EngineOptions) {
    this.#options = options;
    const { host, port, tap, admission, proxyFrom, limits } = options;
    this.#library = makeLibrary(this.#settings());
    this.#accepting = new LibraryListener(
      { host, port, tap, admission, proxyFrom, maxConnections: limits.maxConnections },
      (socket, flow) => {
        if (!this.#implicitTls) {
          tap.speaks(flow, "ftp");
          showHeld(socket, (octets) => tap.bytes(flow, "in", octets));
          tapSocket(socket, flow, tap, "other");
        }
        serverOf(this.#library).emit("connection", socket);
      },
    );
    this.#listenTo(this.#library);
  }

  get open(): ReadonlySet<Flow> {
    return this.#accepting.open;
  }
  get address(): Address {
    return this.#accepting.address;
  }

  listen(): Promise<void> {
    return this.#accepting.listen();
  }

  replaceTls(tls: TlsServerOptions): void {
    Object.assign(this.#library, { options: { ...optionsOf(this.#library), tls: keyAndCertificate(tls) } });
    const server = serverOf(this.#library);
    if (server instanceof TlsServer) server.setSecureContext(keyAndCertificate(tls));
  }

  async drain(ms: number): Promise<number> {
    this.#accepting.stopAccepting();
    for (const connection of this.#connections.values()) connection.drain();
    return this.#accepting.drained(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  get #implicitTls(): boolean {
    return this.#options.role === "ftps" && this.#options.tls !== undefined;
  }

  #settings(): FtpServerOptions {
    const { role, host, port, tls, passivePorts, publicAddress, limits } = this.#options;
    const named = host.includes(":") ? `[${host}]` : host;
    return {
      url: `${role}://${named}:${port}`,
      pasv_url: publicAddress ?? host,
      ...(passivePorts !== undefined && { pasv_min: passivePorts.from, pasv_max: passivePorts.to }),
      tls: tls === undefined ? false : keyAndCertificate(tls),
      greeting: "Socketscope FTP (ftp-srv)",
      timeout: Number.isFinite(limits.idle) ? limits.idle : 0,
      log: silent,
    };
  }

  #listenTo(library: EventEmitter): void {
    library.on("connect", ({ connection }: { readonly connection: FtpConnection }) => {
      this.#connected(connection);
    });
    library.on("disconnect", ({ connection }: { readonly connection: FtpConnection }) => {
      this.#connections.get(connection)?.closed();
      this.#connections.delete(connection);
    });
    library.on(
      "login",
      (
        { connection, username, password }: Attempt,
        resolve: (found: { readonly fs: unknown }) => void,
        reject: (error: unknown) => void,
      ) => {
        this.#login(connection, username, password).then(resolve, reject);
      },
    );
    library.on("client-error", () => undefined);
    library.on("server-error", () => undefined);
  }

  #connected(connection: FtpConnection): void {
    const { tap, role, visits } = this.#options;
    const socket = socketOf(connection);
    const flow = socket === undefined ? undefined : this.#accepting.flowOf(socket);
    if (socket === undefined || flow === undefined) return;
    // It would wait a second for each connection that has ended, and hold the program up.
    Reflect.deleteProperty(connectionsOf(this.#library), connection.id);
    // Under implicit TLS the library's own word is the certificate.
    const secure = (): boolean => this.#implicitTls || connection.secure;
    const secured = (secureSocket: TLSSocket): void => {
      this.#accepting.secured(secureSocket, "ftp");
      tapSocket(secureSocket, flow, tap, "other");
    };
    if (socket instanceof TLSSocket) secured(socket);
    this.#connections.set(
      connection,
      new LibraryConnection({
        connection,
        visit: visits.arrive({ flow, role, secure }),
        flow,
        tap,
        secured,
      }),
    );
    if (this.#accepting.draining) this.#connections.get(connection)?.drain();
  }

  async #login(connection: FtpConnection, user: string, password: string): Promise<{ readonly fs: unknown }> {
    const found = this.#connections.get(connection);
    if (found === undefined) throw new LibraryError("it names a connection that is not open");
    return { fs: await found.login(user, password) };
  }
}

/** The library is not as it was when this was written. */
class LibraryError extends Error {
  override readonly name = "LibraryError";
  readonly code = "LIBRARY_CHANGED";
}

interface Attempt {
  readonly connection: FtpConnection;
  readonly username: string;
  readonly password: string;
}

/** It would end the whole program at a signal, in the middle of everybody's transfers. */
function makeLibrary(settings: FtpServerOptions): FtpSrv {
  const signals = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const library = new FtpSrv(settings);
  for (const signal of signals)
    for (const listener of process.listeners(signal))
      if (before.get(signal)?.includes(listener) !== true) process.off(signal, listener);
  return library;
}

function serverOf(library: FtpSrv): EventEmitter {
  const server: unknown = Reflect.get(library, "server");
  if (server instanceof EventEmitter) return server;
  throw new LibraryError("it has no server");
}

function optionsOf(library: FtpSrv): object {
  const options: unknown = Reflect.get(library, "options");
  return typeof options === "object" && options !== null ? options : {};
}

function connectionsOf(library: FtpSrv): object {
  const connections: unknown = Reflect.get(library, "connections");
  return typeof connections === "object" && connections !== null ? connections : {};
}

function socketOf(connection: FtpConnection): Socket | undefined {
  const socket: unknown = Reflect.get(connection, "commandSocket");
  return isSocket(socket) ? socket : undefined;
}

function isSocket(value: unknown): value is Socket {
  return value instanceof EventEmitter && "remotePort" in value;
}

function keyAndCertificate({ key, cert }: TlsServerOptions): { key: Buffer | string; cert: Buffer | string } {
  const asBuffer = (value: Uint8Array | string): Buffer | string =>
    typeof value === "string" ? value : Buffer.from(value);
  return { key: asBuffer(key), cert: asBuffer(cert) };
}
