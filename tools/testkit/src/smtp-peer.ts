/** A mail server that behaves, until a test says at which line it shall not: hostile ones are made of it. */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

export interface SmtpPeerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** What EHLO offers. Default: everything that needs no key. */
  readonly offers?: readonly string[];
  /** Default `220 peer.test ESMTP`; without its CRLF. */
  readonly greeting?: string;
  /**
   * Asked at each line, "." for the end of the content: the octets to send (a string without CRLF gets one), undefined
   * for what a server that behaves would say, null for nothing at all.
   */
  readonly answer?: (line: string, connection: SmtpPeerConnection) => string | null | undefined;
  /** Once a connection, before the greeting; which an empty one leaves out. */
  readonly onConnect?: (connection: SmtpPeerConnection) => void;
  /** Ends of the content that are none and are taken for one: such a server lets messages be smuggled through it. */
  readonly falseEnds?: readonly string[];
  /** Octets behind STARTTLS in the clear are carried out under TLS (CVE-2011-0411). */
  readonly keepsPlaintext?: boolean;
  /** STARTTLS is offered and carried out. */
  readonly certificate?: Certificate;
}

export interface SmtpPeerConnection {
  readonly socket: Socket;
  /** From 0. */
  readonly number: number;
  readonly secure: boolean;
  /** Octets as they are, latin1. */
  say(octets: string): void;
}

const DEFAULT_OFFERS = [
  "PIPELINING",
  "SIZE 100000000",
  "8BITMIME",
  "SMTPUTF8",
  "CHUNKING",
  "DSN",
  "ENHANCEDSTATUSCODES",
];

export class SmtpPeer implements AsyncDisposable {
  /** Commands of all connections, in the order they came; content is not among them. */
  readonly lines: string[] = [];
  /** Content with its dots taken out, latin1, of DATA and BDAT. */
  readonly messages: string[] = [];
  readonly #server: Server;
  readonly #conversations = new Set<Conversation>();
  #count = 0;

  private constructor(options: SmtpPeerOptions) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      const conversation = new Conversation(this, options, socket, this.#count++);
      this.#conversations.add(conversation);
      socket.on("close", () => this.#conversations.delete(conversation));
    });
  }

  static async listen(options: SmtpPeerOptions = {}): Promise<SmtpPeer> {
    const peer = new SmtpPeer(options);
    await new Promise<void>((resolve) => {
      peer.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }
  /** Connections so far. */
  get connections(): number {
    return this.#count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const conversation of this.#conversations) conversation.socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

class Conversation implements SmtpPeerConnection {
  socket: Socket;
  readonly number: number;
  readonly #peer: SmtpPeer;
  readonly #options: SmtpPeerOptions;
  #buffer = "";
  #secure = false;
  /** The content of DATA or of a BDAT is due. */
  #content: "none" | "data" | { readonly octets: number; readonly last: boolean; readonly line: string } =
    "none";
  #message = "";

  constructor(peer: SmtpPeer, options: SmtpPeerOptions, socket: Socket, number: number) {
    this.#peer = peer;
    this.#options = options;
    this.socket = socket;
    this.number = number;
    this.#listen(socket);
    options.onConnect?.(this);
    this.#reply(options.greeting ?? "220 peer.test ESMTP");
  }

  get secure(): boolean {
    return this.#secure;
  }

  say(octets: string): void {
    if (this.socket.writable) this.socket.write(octets, "latin1");
  }

  #reply(text: string): void {
    this.say(text.endsWith("\n") || text === "" ? text : `${text}\r\n`);
  }

  #listen(socket: Socket): void {
    socket.on("error", () => undefined);
    socket.on("data", (octets) => {
      this.#buffer += octets.toString("latin1");
      this.#turn();
    });
  }

  #turn(): void {
    for (;;) {
      const before = this.#buffer.length;
      if (this.#content === "none") this.#command();
      else if (this.#content === "data") this.#data();
      else this.#chunk(this.#content);
      if (this.#buffer.length === before) return;
    }
  }

  #command(): void {
    const end = this.#buffer.indexOf("\r\n");
    if (end < 0) return;
    const line = this.#buffer.slice(0, end);
    this.#buffer = this.#buffer.slice(end + 2);
    this.#peer.lines.push(line);
    const [, octets, last] = /^BDAT (\d+)( LAST)?$/.exec(line) ?? [];
    if (octets === undefined) this.#answer(line);
    else this.#content = { octets: Number(octets), last: last !== undefined, line };
  }

  #data(): void {
    const end = this.#buffer.startsWith(".\r\n") ? 0 : this.#buffer.indexOf("\r\n.\r\n") + 2;
    if (end === 1) {
      this.#falseEnd();
      return;
    }
    this.#message = this.#buffer.slice(0, end).replaceAll(/(^|\r\n)\./g, "$1");
    this.#buffer = this.#buffer.slice(end + 3);
    this.#content = "none";
    this.#answer(".");
  }

  #falseEnd(): void {
    for (const end of this.#options.falseEnds ?? []) {
      const at = this.#buffer.indexOf(end);
      if (at < 0) continue;
      this.#message = this.#buffer.slice(0, at);
      this.#buffer = this.#buffer.slice(at + end.length);
      this.#content = "none";
      this.#answer(".");
      return;
    }
  }

  #chunk({
    octets,
    last,
    line,
  }: {
    readonly octets: number;
    readonly last: boolean;
    readonly line: string;
  }): void {
    if (this.#buffer.length < octets) return;
    this.#message += this.#buffer.slice(0, octets);
    this.#buffer = this.#buffer.slice(octets);
    this.#content = "none";
    this.#answer(line);
    if (last) this.#message = "";
  }

  #answer(line: string): void {
    const given = this.#options.answer?.(line, this);
    if (given === null) return;
    const text = given ?? this.#behave(line);
    if (line === "DATA" && text.startsWith("354")) this.#content = "data";
    const taken = line === "." || line.endsWith(" LAST");
    if (taken && text.startsWith("2")) this.#peer.messages.push(this.#message);
    if (line === ".") this.#message = "";
    if (line === "RSET") this.#message = "";
    this.#reply(text);
    if (line === "STARTTLS" && text.startsWith("220")) this.#startTls();
    if (line === "QUIT") this.socket.end();
  }

  #behave(line: string): string {
    const word = /^[A-Z]+/i.exec(line)?.[0]?.toUpperCase() ?? ".";
    switch (word) {
      case "EHLO":
        return this.#offers();
      case "DATA":
        return "354 go on";
      case "STARTTLS":
        return this.#options.certificate === undefined ? "502 no" : "220 2.0.0 go on";
      case "QUIT":
        return "221 2.0.0 bye";
      case "VRFY":
        return "252 2.0.0 maybe";
      default:
        return "250 2.0.0 ok";
    }
  }

  #offers(): string {
    const tls = this.#options.certificate !== undefined && !this.#secure ? ["STARTTLS"] : [];
    const lines = ["peer.test", ...(this.#options.offers ?? DEFAULT_OFFERS), ...tls];
    return lines.map((line, index) => `250${index === lines.length - 1 ? " " : "-"}${line}`).join("\r\n");
  }

  #startTls(): void {
    const plain = this.socket;
    plain.removeAllListeners("data");
    const secured = new TLSSocket(plain, {
      isServer: true,
      secureContext: createSecureContext({ ...this.#options.certificate }),
    });
    this.socket = secured;
    this.#secure = true;
    if (this.#options.keepsPlaintext !== true) this.#buffer = "";
    this.#listen(secured);
  }
}
