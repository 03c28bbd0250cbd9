/** One connection of the ftp-srv library: who has come, and its sockets for the tap, as the library changes them. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { nextFlowId, tapSocket, type Flow, type TapPoint } from "@socketscope/socket-core";
import type { FtpConnection } from "ftp-srv";
import { failedReply } from "../ftp/replies.ts";
import type { Visit } from "../ftp/visit.ts";
import { VisitFiles } from "./ftp-srv-files.ts";

export interface LibraryConnectionOptions {
  readonly connection: FtpConnection;
  readonly visit: Visit;
  readonly flow: Flow;
  readonly tap: TapPoint;
  /** AUTH TLS has a socket of its own now, and its handshake is done. */
  readonly secured: (socket: TLSSocket) => void;
}

export class LibraryConnection {
  readonly #options: LibraryConnectionOptions;
  /** Transfers that run. */
  #running = 0;
  #leaving = false;

  constructor(options: LibraryConnectionOptions) {
    this.#options = options;
    const { connection, secured } = options;
    guard(connection, options.visit.options.onError);
    watched(connection, "commandSocket", (socket) => {
      if (socket instanceof TLSSocket) socket.once("secure", () => secured(socket));
    });
    watched(connection, "connector", (connector) => {
      if (typeof connector !== "object" || connector === null) return;
      watched(connector, "dataSocket", (socket) => {
        if (isSocket(socket)) this.#tapData(socket);
      });
    });
  }

  /** The library's own `fs` from here on; rejects with the text of its 530. */
  async login(user: string, password: string): Promise<VisitFiles> {
    const { visit, connection } = this.#options;
    // The library answers USER itself.
    const refusal = visit.user(user);
    if (refusal !== undefined && refusal.code >= 400) throw new LoginRefused(refusal.lines.join(" "));
    const answer = await visit.password(user, password);
    if (answer.code !== 230) throw new LoginRefused(answer.lines.join(" "));
    return new VisitFiles(connection, visit, (change) => {
      this.#running += change;
      if (this.#leaving && this.#running === 0) this.#end();
    });
  }

  /** Ends as soon as no transfer runs. */
  drain(): void {
    this.#leaving = true;
    if (this.#running === 0) this.#end();
  }

  closed(): void {
    this.#options.visit.closed();
  }

  /** Its own close() says 421. */
  #end(): void {
    // The last reply of a transfer is on its way when its stream is done.
    setTimeout(() => {
      const close: unknown = Reflect.get(this.#options.connection, "close");
      if (typeof close === "function") Reflect.apply(close, this.#options.connection, [421, "Shutting down"]);
    }, LAST_WORDS).unref();
  }

  #tapData(socket: Socket): void {
    if (socket.connecting || socket.remotePort === undefined) {
      socket.once("connect", () => this.#tapData(socket));
      return;
    }
    const cipher = socket instanceof TLSSocket ? cipherOf(socket) : undefined;
    if (socket instanceof TLSSocket && cipher === undefined) {
      socket.once("secure", () => this.#tapData(socket));
      return;
    }
    const { flow: control, tap } = this.#options;
    const flow: Flow = {
      id: nextFlowId(),
      transport: "tcp",
      local: { host: socket.localAddress ?? "", port: socket.localPort ?? 0 },
      remote: { host: socket.remoteAddress ?? "", port: socket.remotePort },
      parent: control.id,
    };
    tap.opened(flow);
    if (socket instanceof TLSSocket && cipher !== undefined)
      tap.secured(flow, socket.getProtocol() ?? "", cipher, undefined);
    tap.speaks(flow, "ftp-data");
    tapSocket(socket, flow, tap, "other");
    socket.once("close", () => tap.closed(flow, "peer-ended"));
  }
}

/** ms. */
const LAST_WORDS = 20;

/** Its message is the text of the library's 530. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  readonly code = "LOGIN_REFUSED";
}

/** Undefined before the handshake, when there is a protocol already; Node's types know of no such time. */
function cipherOf(socket: TLSSocket): string | undefined {
  const cipher: { readonly name: string } | undefined = socket.getCipher();
  return cipher?.name;
}

/** `told` of each value the library puts there, also of the one that is there already. */
function watched(object: object, property: string, told: (value: unknown) => void): void {
  let current: unknown = Reflect.get(object, property);
  told(current);
  Object.defineProperty(object, property, {
    configurable: true,
    get: () => current,
    set(value: unknown) {
      current = value;
      told(value);
    },
  });
}

/** `PORT` without an argument throws in the library, where nobody catches it: it would take the whole program down. */
function guard(connection: FtpConnection, onError: (error: unknown) => void): void {
  const commands: unknown = Reflect.get(connection, "commands");
  if (typeof commands !== "object" || commands === null) return;
  const handle: unknown = Reflect.get(commands, "handle");
  if (typeof handle !== "function") return;
  Reflect.set(commands, "handle", async (command: unknown) => {
    try {
      await Reflect.apply(handle, commands, [command]);
    } catch (error) {
      onError(error);
      await connection.reply(failedReply.code, failedReply.lines.join(" "));
    }
  });
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "remotePort" in value && "pipe" in value;
}
