/** A server of our engine in this process, and a client that says exactly what a test wants said. */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { TapPoint, type Listener } from "@socketscope/socket-core";
import { makeCertificates, TemporaryFolder, TlsOverlay, type Certificate } from "@socketscope/testkit";
import { onTestFinished } from "vitest";
import type { Login } from "../../src/accounts/login.ts";
import type { EngineOptions } from "../../src/engine/engine.ts";
import { hand } from "../../src/engine/hand.ts";
import { openFiles } from "../../src/files/files.ts";
import type { FtpPolicyOptions } from "../../src/ftp/ftp-options.ts";
import type { FtpTransfer } from "../../src/ftp/transfer-record.ts";
import { Visits } from "../../src/ftp/visit.ts";

export const { ca, certificates } = makeCertificates(["localhost", "127.0.0.1"]);
const [certificate] = certificates as [Certificate];

export interface Served {
  readonly role: EngineOptions["role"];
  readonly listener: Listener;
  readonly home: string;
  readonly tap: TapPoint;
  readonly visits: Visits;
  readonly transfers: FtpTransfer[];
  readonly errors: unknown[];
}

type Overrides = Partial<Omit<EngineOptions, "limits">> & {
  readonly limits?: Partial<EngineOptions["limits"]>;
  readonly policy?: Partial<FtpPolicyOptions>;
  readonly login?: Partial<Login>;
};

/** "ann" with the password "right" has a home of her own; "mallory" has another. */
export async function serve({ policy, limits, login, ...engine }: Overrides = {}): Promise<Served> {
  const folder = new TemporaryFolder("ftp");
  const home = join(folder.path, "ann");
  mkdirSync(home);
  const files = openFiles();
  const transfers: FtpTransfer[] = [];
  const errors: unknown[] = [];
  const tap = new TapPoint();
  const visits = new Visits({
    accounts: {
      withPassword: (user, password) =>
        Promise.resolve(
          password === "right"
            ? { user, access: "full", home: join(folder.path, user), anonymous: false, ...login }
            : undefined,
        ),
      isAnonymous: (user) => user === "anonymous",
    },
    files,
    requireTls: false,
    loginDelay: 0,
    sessionsPerUser: Infinity,
    ascii: true,
    now: Date.now,
    loggedIn: () => undefined,
    loginFailed: () => undefined,
    transferred: (_, transfer) => void transfers.push(transfer),
    onError: (error) => void errors.push(error),
    ...policy,
  });
  const listener = await hand({
    role: "ftp",
    host: "127.0.0.1",
    port: 0,
    tls: certificate,
    requireSessionReuse: false,
    passivePorts: undefined,
    publicAddress: undefined,
    sameAddress: true,
    ccc: false,
    modeZ: true,
    tap,
    admission: { admit: () => ({ action: "allow" }), release: () => undefined },
    visits,
    ...engine,
    limits: {
      idle: 60_000,
      data: 20_000,
      commandLine: 4160,
      commandRate: Infinity,
      loginTries: 5,
      maxConnections: 1000,
      ...limits,
    },
  });
  onTestFinished(async () => {
    await listener.drain(0);
    await files.close();
    folder[Symbol.dispose]();
  });
  return { role: engine.role ?? "ftp", listener, home, tap, visits, transfers, errors };
}

/** One control connection. */
export class Client {
  socket: Socket;
  #text = "";
  #wake: (() => void) | undefined;
  #ended = false;
  #overlay: TlsOverlay | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on("data", (octets: Buffer) => {
      this.#text += octets.toString("latin1");
      this.#wake?.();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  static async to({ listener }: Served, from?: string): Promise<Client> {
    const { host, port } = listener.address;
    const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
    const client = new Client(socket);
    onTestFinished(() => void socket.destroy());
    await client.reply();
    return client;
  }

  /** Under TLS: from the first octet where that is the server's way, else by AUTH TLS. */
  static async secured(
    served: Served,
    options: ConnectionOptions,
    onSession: (session: Buffer) => void,
  ): Promise<Client> {
    if (served.role === "ftp") {
      const client = await Client.to(served);
      (await client.startTls(options)).on("session", onSession);
      return client;
    }
    const { host, port } = served.listener.address;
    const plain = connect({ host, port });
    onTestFinished(() => void plain.destroy());
    const overlay = new TlsOverlay(plain);
    const socket = connectTls({ socket: overlay, servername: "localhost", ca, ...options });
    socket.on("session", onSession);
    const client = new Client(socket);
    client.#overlay = overlay;
    await client.reply();
    return client;
  }

  static async loggedIn(served: Served, from?: string): Promise<Client> {
    const client = await Client.to(served, from);
    await client.say("USER ann");
    await client.say("PASS right");
    await client.say("TYPE I");
    return client;
  }

  /** The next reply, all its lines; "" at the end of the connection. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:(\d{3})-[^]*?\r\n)?(?:(?<=^|\r\n)\d{3} .*\r\n)/.exec(this.#text);
      const whole = found === null ? undefined : this.#whole();
      if (whole !== undefined) return whole;
      if (this.#ended) return "";
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #whole(): string | undefined {
    const code = this.#text.slice(0, 3);
    const single = this.#text[3] === " ";
    const end = single ? 0 : this.#text.indexOf(`\r\n${code} `);
    if (end < 0) return undefined;
    const line = this.#text.indexOf("\r\n", end + 2);
    if (line < 0) return undefined;
    const reply = this.#text.slice(0, line);
    this.#text = this.#text.slice(line + 2);
    return reply;
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  async code(line: string): Promise<number> {
    return Number((await this.say(line)).slice(0, 3));
  }

  async nextCode(): Promise<number> {
    return Number((await this.reply()).slice(0, 3));
  }

  /** The port of an EPSV. */
  async passive(): Promise<number> {
    const reply = await this.say("EPSV");
    const port = Number(/\(\|\|\|(\d+)\|\)/.exec(reply)?.[1]);
    if (!(port > 0)) throw new Error(reply);
    return port;
  }

  async startTls(options: ConnectionOptions = {}): Promise<TLSSocket> {
    await this.say("AUTH TLS");
    this.socket.removeAllListeners("data");
    const overlay = new TlsOverlay(this.socket);
    const secured = connectTls({ socket: overlay, servername: "localhost", ca, ...options });
    this.#overlay = overlay;
    this.#listen(secured);
    await once(secured, "secureConnect");
    this.socket = secured;
    return secured;
  }

  /** Behind CCC: close_notify both ways, and on in clear. */
  async leaveTls(): Promise<void> {
    const secured = this.socket;
    secured.end();
    if (!secured.readableEnded) await once(secured, "end");
    secured.removeAllListeners("close");
    this.#ended = false;
    if (this.#overlay === undefined) throw new Error("there is no TLS to leave");
    this.socket = this.#overlay.left();
    this.#listen(this.socket);
  }
}

/** A data connection; resolves when it is open. */
export async function open(port: number, from?: string, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** All that comes, up to the end; rejects at a reset. */
export async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function fetch(client: Client, command: string): Promise<readonly [data: string, code: number]> {
  const data = await open(await client.passive());
  const begun = await client.code(command);
  if (begun !== 150) return ["", begun];
  return [(await all(data)).toString("latin1"), await client.nextCode()];
}

export async function store(client: Client, command: string, content: string | Uint8Array): Promise<number> {
  const data = await open(await client.passive());
  const begun = await client.code(command);
  if (begun !== 150) return begun;
  data.end(content);
  return client.nextCode();
}
