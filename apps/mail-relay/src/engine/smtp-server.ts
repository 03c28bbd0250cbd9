/**
 * The same conversations behind the smtp-server library. What it does not do (BDAT, SCRAM, intercepts, refusing what may
 * be smuggled) is not made up for here: tools/differential shows the differences.
 */
import {
  LibraryListener,
  showHeld,
  tapSocket,
  type Address,
  type Flow,
  type Listener,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { TLSSocket } from "node:tls";
import type { Engine, EngineOptions } from "./engine.ts";
import { LibrarySession, refusalOf } from "./smtp-server-session.ts";

export const smtpServer: Engine = async (options) => {
  const listener = new SmtpServerListener(options);
  await listener.listen();
  return listener;
};

/** Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

class SmtpServerListener implements Listener {
  readonly #options: EngineOptions;
  readonly #library: SMTPServer;
  readonly #accepting: LibraryListener;
  /** By the library's name for the session. */
  readonly #sessions = new Map<string, LibrarySession>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#library = new SMTPServer(this.#settings());
    // It says so of each connection that breaks; what matters comes by the conversation.
    this.#library.on("error", () => undefined);
    const { limits, host, port, tap, admission, proxyFrom } = options;
    this.#accepting = new LibraryListener(
      { host, port, tap, admission, proxyFrom, maxConnections: limits.maxConnections },
      (socket, flow) => {
        if (!this.#implicitTls) {
          tap.speaks(flow, "smtp");
          showHeld(socket, (octets) => tap.bytes(flow, "in", octets));
          tapSocket(socket, flow, tap, "other");
        }
        this.#library.server.emit("connection", socket);
      },
    );
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
    this.#library.updateSecureContext(keyAndCertificate(tls));
  }

  async drain(ms: number): Promise<number> {
    this.#accepting.stopAccepting();
    for (const session of this.#sessions.values()) session.drain();
    return this.#accepting.drained(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  get #implicitTls(): boolean {
    return this.#options.role === "smtps" && this.#options.tls !== undefined;
  }

  #settings(): SMTPServerOptions {
    const { hostname, limits, tls, authClear } = this.#options;
    const session = (id: string): LibrarySession => {
      const found = this.#sessions.get(id);
      if (found === undefined) throw new Error("the library names a session that is not open");
      return found;
    };
    const disabled = tls === undefined ? ["STARTTLS"] : [];
    return {
      name: hostname,
      banner: "Socketscope (smtp-server)",
      secure: this.#implicitTls,
      ...(tls !== undefined && keyAndCertificate(tls)),
      authOptional: true,
      authMethods: ["PLAIN", "LOGIN"],
      allowInsecureAuth: authClear,
      disabledCommands: disabled,
      hideENHANCEDSTATUSCODES: false,
      hideDSN: false,
      disableReverseLookup: true,
      logger: false,
      socketTimeout: Math.min(limits.idle, LONGEST_TIMER),
      maxClients: limits.maxConnections,
      ...(Number.isFinite(limits.maxSize) && { size: limits.maxSize }),
      onConnect: ({ id, remotePort, localPort }, done) => {
        const flow = this.#accepting.flowByPorts(remotePort, localPort);
        if (flow === undefined) return done(new Error("this connection has ended"));
        const opened = new LibrarySession(this.#options, flow, () => this.#accepting.cut(flow));
        this.#sessions.set(id, opened);
        this.#tell(async () => done(await opened.connected()));
      },
      onSecure: (socket, { id }, done) => {
        if (socket instanceof TLSSocket) {
          const flow = this.#accepting.secured(socket, "smtp");
          if (flow !== undefined) tapSocket(socket, flow, this.#options.tap, "other");
          session(id).secured(socket);
        }
        done();
      },
      onAuth: ({ username, password, authzid }, { id }, done) =>
        this.#tell(async () => {
          const user = await session(id).login(username ?? "", password ?? "", authzid);
          if (user === undefined) done(refusalOf({ code: 535, lines: ["Name or password is wrong"] }));
          else done(null, { user });
        }),
      onMailFrom: ({ address, args }, spoken, done) =>
        this.#tell(async () => done(await session(spoken.id).mail(address, args, spoken))),
      onRcptTo: ({ address, dsn }, { id }, done) =>
        this.#tell(async () => done(await session(id).rcpt(address, dsn))),
      onData: (stream, { id }, done) =>
        this.#tell(async () => {
          const said = await session(id).content(stream);
          if (typeof said === "string") done(null, said);
          else done(said);
        }),
      onClose: ({ id }) => {
        this.#sessions.get(id)?.closed(this.#accepting.draining ? "drained" : "peer-ended");
        this.#sessions.delete(id);
      },
    };
  }

  /** What a callback waits for; the session itself answers for its conversation's failures. */
  #tell(answer: () => Promise<void>): void {
    answer().catch(this.#options.onError);
  }
}

function keyAndCertificate({ key, cert }: TlsServerOptions): { key: Buffer | string; cert: Buffer | string } {
  const asBuffer = (value: Uint8Array | string): Buffer | string =>
    typeof value === "string" ? value : Buffer.from(value);
  return { key: asBuffer(key), cert: asBuffer(cert) };
}
