/** The control connection as questions and answers: what is asked gets its reply, or the reason there is none. */
import {
  describeReply,
  FtpClient,
  showClientCommand,
  type ClientVerb,
  type FtpClientAction,
  type FtpClientEvent,
  type FtpClientWait,
  type Reply,
} from "@socketscope/ftp";
import {
  closedByServer,
  drive,
  SocketError,
  type Clocks,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
  type TlsClientOptions,
} from "@socketscope/socket-core";
import { LocalError, type RemoteError } from "@socketscope/wire";
import { FileError } from "../errors.ts";
import { printable, type Say } from "../terminal.ts";

/** Milliseconds for each step. */
export function clocksOf(ms: number): Clocks<FtpClientWait> {
  const clock = { ms, from: "start" } as const;
  return {
    greeting: clock,
    login: clock,
    command: clock,
    opening: clock,
    completion: clock,
    // A server that counts ABOR and the transfer as one may leave us waiting for ever.
    abort: { ms: Math.min(ms, 5000), from: "start" },
    quit: { ms: Math.min(ms, 5000), from: "start" },
  };
}

/** A transfer that was asked for: its first reply, and the one that ends it. */
export interface Begun {
  /** 1yz, or the refusal that is final as well. Rejects with FileError. */
  readonly first: Promise<Reply>;
  /** Rejects with FileError. */
  readonly final: Promise<Reply>;
}

class Waiter implements Begun {
  readonly first: Promise<Reply>;
  readonly final: Promise<Reply>;
  #settleFirst: [(reply: Reply) => void, (error: FileError) => void] | undefined;
  #settleFinal: [(reply: Reply) => void, (error: FileError) => void] | undefined;

  constructor() {
    this.first = new Promise((...settle) => {
      this.#settleFirst = settle;
    });
    this.final = new Promise((...settle) => {
      this.#settleFinal = settle;
    });
    // Who waits for the one need not wait for the other.
    this.first.catch(() => undefined);
    this.final.catch(() => undefined);
  }

  preliminary(reply: Reply): void {
    this.#settleFirst?.[0](reply);
  }
  answer(reply: Reply): void {
    this.preliminary(reply);
    this.#settleFinal?.[0](reply);
  }
  fail(error: FileError): void {
    this.#settleFirst?.[1](error);
    this.#settleFinal?.[1](error);
  }
}

export class FtpControl implements Session<FtpClientEvent, FtpClientAction> {
  readonly stream: Stream;
  readonly #clocks: Clocks<FtpClientWait>;
  readonly #say: Say | undefined;
  #core = new FtpClient();
  #link: Link<FtpClientAction>;
  readonly #waiting: Waiter[] = [];
  #failure: FileError | undefined;

  constructor(stream: Stream, timeout: number, say: Say | undefined) {
    this.stream = stream;
    this.#clocks = clocksOf(timeout);
    this.#say = say;
    this.#link = drive(stream, this.#core, this, this.#clocks);
  }

  get usable(): boolean {
    return this.#failure === undefined;
  }
  /** A transfer runs: ABOR may be said. */
  get transferring(): boolean {
    return ["opening", "transfer", "completing"].includes(this.#core.state);
  }

  /** The reply to nothing that was asked. */
  greeting(): Promise<Reply> {
    return this.#wait().final;
  }

  /** Rejects with FileError when no reply comes; a refusal is a reply. */
  ask(verb: ClientVerb, argument?: string): Promise<Reply> {
    return this.begin(verb, argument).final;
  }

  /** As `ask`, where anything but 2yz and 3yz rejects: `what` says in the message what was wanted. */
  async must(what: string, verb: ClientVerb, argument?: string): Promise<Reply> {
    const reply = await this.ask(verb, argument);
    if (reply.code >= 400) throw refusal(what, reply);
    return reply;
  }

  begin(verb: ClientVerb, argument?: string): Begun {
    if (this.#failure === undefined) {
      try {
        this.#link.send({ type: "command", verb, argument });
      } catch (error) {
        if (!(error instanceof LocalError)) throw error;
        const unsaid = new Waiter();
        unsaid.fail(new FileError("NAME", error.message, { cause: error }));
        return unsaid;
      }
      this.#say?.(`→ ${showClientCommand(verb, argument)}`);
    }
    return this.#wait();
  }

  /** The data connection is done with: the transfer's reply must come now. */
  ended(): void {
    if (this.usable && this.transferring) this.#link.send({ type: "ended" });
  }

  note(text: string): void {
    this.#say?.(`* ${text}`);
  }

  /** Rejects with SocketError. */
  async startTls(tls: TlsClientOptions): Promise<void> {
    const core = new FtpClient({ greeted: true });
    this.#link = await this.#link.startTls(undefined, tls, core, this, this.#clocks);
    this.#core = core;
    this.noteTls("the control connection");
  }

  noteTls(what: string, stream: Stream = this.stream): void {
    if (stream.tls !== undefined) this.note(`TLS on ${what}: ${stream.tls.protocol} ${stream.tls.cipher}`);
  }

  end(): void {
    this.#failure ??= new FileError("CLOSED", "the connection was ended by us");
    this.#link.end();
  }

  cut(why: FileError): void {
    this.#fail(why);
    this.stream.destroy("we-ended");
  }

  #wait(): Begun {
    const waiter = new Waiter();
    if (this.#failure === undefined) this.#waiting.push(waiter);
    else waiter.fail(this.#failure);
    return waiter;
  }

  // ── what happens
  on(event: FtpClientEvent): void {
    this.#heard(event.reply);
    switch (event.type) {
      case "preliminary":
        this.#waiting[0]?.preliminary(event.reply);
        return;
      case "reply":
        this.#waiting.shift()?.answer(event.reply);
        return;
      case "closing":
        // RFC 959 §4.2.2: it answers all that is open, and there is nothing else to come.
        this.#fail(
          new FileError("CLOSING", `the server closes the connection: ${describeReply(event.reply)}`),
        );
    }
  }

  #heard({ code, lines }: Reply): void {
    if (this.#say === undefined) return;
    const last = lines.length - 1;
    for (const [index, line] of lines.entries()) {
      // As most servers send it: the lines between begin with a blank, which the reader has taken off.
      const head = index === last ? `${code} ` : index === 0 ? `${code}-` : " ";
      this.#say(`← ${printable(`${head}${line}`)}`.trimEnd());
    }
  }

  refused(error: RemoteError): void {
    const code =
      error.code === "FTP_TIMEOUT" ? "TIMED_OUT" : error.code === "FTP_ENDED" ? "CLOSED" : "PROTOCOL";
    this.#fail(new FileError(code, error.message, { cause: error }));
  }

  failed(error: unknown): void {
    if (error instanceof SocketError) return;
    this.#fail(new FileError("CLOSED", "the client failed, which is a mistake of ours", { cause: error }));
  }

  closed(reason: CloseReason): void {
    this.#fail(new FileError(...closedByServer(reason)));
  }

  #fail(error: FileError): void {
    this.#failure ??= error;
    for (const waiter of this.#waiting.splice(0)) waiter.fail(this.#failure);
  }
}

/** The text of a refusal is the server's; RFC 959 has one code for "there is none" and for "you may not". */
export function refusal(what: string, reply: Reply): FileError {
  const text = describeReply(reply);
  const code =
    reply.code === 530
      ? "LOGIN"
      : reply.code === 425 || reply.code === 426
        ? "DATA"
        : reply.code >= 500 && reply.code <= 504
          ? "NOT_OFFERED"
          : reply.code !== 550
            ? "REFUSED"
            : /denied|permi|not allowed/i.test(text)
              ? "PERMISSION"
              : /no such|not found|doesn't exist|does not exist/i.test(text)
                ? "NOT_FOUND"
                : "REFUSED";
  return new FileError(code, `${what}: ${text}`);
}
