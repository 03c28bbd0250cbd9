/// <reference lib="esnext.disposable" />
/** A POP3 server that behaves, until a test says at which line it shall not: hostile ones are made of it. */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Certificate } from "@socketscope/testkit";

export type Answer = (line: string, socket: Socket) => string | null | undefined;

export interface Pop3PeerOptions {
  /** Messages with CRLF, latin1; the n-th is named `id-N` by UIDL. */
  readonly messages?: readonly string[];
  readonly ids?: readonly string[];
  /** What CAPA offers, without STLS. */
  readonly offers?: readonly string[];
  /** Without its CRLF; "" for none. */
  readonly greeting?: string;
  /** At each line: octets to send (a string without a line end gets one), undefined for what a good server says, null for nothing. */
  readonly answer?: Answer;
  /** STLS is offered and carried out. */
  readonly certificate?: Certificate;
}

export const LETTER =
  "Return-Path: <ann@a.test>\r\nSubject: x\r\n\r\nHello\r\n.dot\r\nFrom here\r\n>From there\r\n";

export class Pop3Peer implements AsyncDisposable {
  /** Commands of all connections, in the order they came. */
  readonly lines: string[] = [];
  /** Lines that came in one chunk. */
  readonly chunks: string[] = [];
  messages: readonly string[];
  ids: readonly string[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: Pop3PeerOptions) {
    this.messages = options.messages ?? [LETTER];
    this.ids = options.ids ?? this.messages.map((_, at) => `id-${at + 1}`);
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.#serve(socket, options, false);
    });
  }

  static async listen(options: Pop3PeerOptions = {}): Promise<Pop3Peer> {
    const peer = new Pop3Peer(options);
    await new Promise<void>((resolve) => {
      peer.#server.listen(0, "127.0.0.1", resolve);
    });
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #serve(socket: Socket, options: Pop3PeerOptions, secure: boolean): void {
    let buffer = "";
    const say = (text: string): void => {
      if (socket.writable && text !== "")
        socket.write(text.endsWith("\n") || text.endsWith("\r") ? text : `${text}\r\n`, "latin1");
    };
    socket.on("error", () => undefined);
    socket.on("data", (octets) => {
      this.chunks.push(octets.toString("latin1"));
      buffer += octets.toString("latin1");
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        this.lines.push(line);
        const given = options.answer?.(line, socket);
        if (given === null) continue;
        const text = given ?? this.#behave(line, options, secure);
        say(text);
        if (line === "STLS" && text.startsWith("+OK")) this.#startTls(socket, options);
        if (line === "QUIT") socket.end();
      }
    });
    if (!secure) say(options.greeting ?? "+OK ready");
  }

  #behave(line: string, options: Pop3PeerOptions, secure: boolean): string {
    const [verb = "", number] = line.split(" ");
    const text = this.messages[Number(number) - 1] ?? "";
    switch (verb) {
      case "CAPA": {
        const tls = options.certificate !== undefined && !secure ? ["STLS"] : [];
        return listing([...(options.offers ?? ["USER", "UIDL", "PIPELINING"]), ...tls]);
      }
      case "LIST":
        return listing(this.messages.map((one, at) => `${at + 1} ${one.length}`));
      case "UIDL":
        return listing(this.ids.map((id, at) => `${at + 1} ${id}`));
      case "RETR":
        return `+OK\r\n${text.replaceAll(/^\./gm, "..")}.\r\n`;
      default:
        return "+OK";
    }
  }

  #startTls(plain: Socket, options: Pop3PeerOptions): void {
    plain.removeAllListeners("data");
    const secured = new TLSSocket(plain, {
      isServer: true,
      secureContext: createSecureContext({ ...options.certificate }),
    });
    this.#serve(secured, options, true);
  }
}

function listing(lines: readonly string[]): string {
  return `+OK\r\n${lines.map((line) => `${line}\r\n`).join("")}.\r\n`;
}
