/// <reference lib="esnext.disposable" />
/** An FTP server that says what a test wants, for what no honest one would say. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What is answered to a command: lines with their codes. `undefined`: nothing. */
export type Answer = (argument: string, server: ScriptedFtp) => string | undefined;

export interface Script {
  readonly greeting?: string | undefined;
  readonly answers?: Readonly<Record<string, Answer>>;
  /** What goes over the data connection of a verb, between 150 and `final`; `LIST ` is LIST without an argument. */
  readonly data?: Readonly<Record<string, Uint8Array | string>>;
  /** Default 226. `undefined` in it: none. */
  readonly final?: Readonly<Record<string, string | undefined>>;
}

const usual: Readonly<Record<string, Answer>> = {
  USER: () => "331 password?",
  PASS: () => "230 in",
  FEAT: () => "211-Features\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n SIZE\r\n MDTM\r\n211 End",
  TYPE: () => "200 ok",
  PWD: () => '257 "/"',
  REST: () => "350 ok",
  ABOR: () => "226 ok",
  QUIT: () => "221 bye",
  EPSV: (_, server) => `229 (|||${server.dataPort}|)`,
};

export class ScriptedFtp implements AsyncDisposable {
  /** Commands as they came. */
  readonly said: string[] = [];
  readonly #script: Script;
  readonly #control: Server;
  readonly #data: Server;
  readonly #sockets = new Set<Socket>();
  #dataSocket: Promise<Socket>;

  private constructor(script: Script) {
    this.#script = script;
    this.#data = createServer();
    this.#dataSocket = this.#nextData();
    this.#control = createServer((socket) => this.#talk(socket));
  }

  static async start(script: Script): Promise<ScriptedFtp> {
    const server = new ScriptedFtp(script);
    for (const listener of [server.#control, server.#data]) {
      listener.listen(0, "127.0.0.1");
      await once(listener, "listening");
    }
    return server;
  }

  get url(): string {
    return `ftp://me:secret@127.0.0.1:${(this.#control.address() as AddressInfo).port}`;
  }
  get port(): number {
    return (this.#control.address() as AddressInfo).port;
  }
  get dataPort(): number {
    return (this.#data.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const listener of [this.#control, this.#data]) {
      listener.close();
      await once(listener, "close");
    }
  }

  async #nextData(): Promise<Socket> {
    const [socket] = (await once(this.#data, "connection")) as [Socket];
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    return socket;
  }

  #talk(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write(`${this.#script.greeting ?? "220 hello"}\r\n`);
    let rest = "";
    socket.on("data", (octets) => {
      const lines = (rest + octets.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) void this.#answer(socket, line);
    });
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    this.said.push(line);
    const [verb = "", argument = ""] = /^(\S+) ?(.*)$/.exec(line)?.slice(1) ?? [];
    if (verb === "EPSV" || verb === "PASV") this.#dataSocket = this.#nextData();
    const { answers = {}, data = {}, final = {} } = this.#script;
    const content = argument === "" ? (data[`${verb} `] ?? data[verb]) : data[verb];
    const answer = (answers[verb] ?? usual[verb])?.(argument, this);
    if (content === undefined) {
      if (answer !== undefined || !(verb in answers)) socket.write(`${answer ?? "502 what?"}\r\n`);
      return;
    }
    socket.write(`${answer ?? "150 here it comes"}\r\n`);
    const to = await this.#dataSocket;
    to.end(content);
    await once(to, "close").catch(() => undefined);
    const last = verb in final ? final[verb] : "226 done";
    if (last !== undefined) socket.write(`${last}\r\n`);
  }
}

/** A line of MLSD. */
export function fact(name: string, type = "file", size = 4): string {
  return `type=${type};size=${size};modify=20260101000000; ${name}\r\n`;
}
