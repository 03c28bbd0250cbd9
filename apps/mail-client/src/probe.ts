/** A conversation without manners: any octets out, replies in. What the client core refuses to say is said here. */
import {
  defaultReplyLimits,
  parseExtensions,
  ReplyReader,
  type Extensions,
  type Reply,
} from "@socketscope/smtp";
import { connectTcp, type Stream, type TlsClientOptions } from "@socketscope/socket-core";
import { encodeLatin1, ReceiveBuffer, RemoteError } from "@socketscope/wire";

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  readonly hello: string;
  /** TLS from the first octet. */
  readonly implicit: boolean;
  /** STARTTLS before anything is tried, where it is offered. */
  readonly startTls: boolean;
  readonly tls: TlsClientOptions;
  /** Milliseconds for a connection, and for a reply that has to come. */
  readonly patience: number;
  /** Milliseconds in which a server that means to answer something odd has done so. */
  readonly silence: number;
}

/** `silent`: nothing came in time · `closed` · `garbage`: no SMTP reply. */
export type Heard = Reply | "silent" | "closed" | "garbage";

/** Octets kept of what nobody has read: a server that floods is cut off. */
const MAX_UNREAD = 256 * 1024;

export class Probe implements Disposable {
  readonly #target: ProbeTarget;
  readonly #stream: Stream;
  #buffer = new ReceiveBuffer();
  #replies = new ReplyReader(defaultReplyLimits);
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(stream: Stream, target: ProbeTarget) {
    this.#target = target;
    this.#stream = stream;
    this.#attach();
  }

  /** Rejects with SocketError. */
  static async open(target: ProbeTarget): Promise<Probe> {
    const { host, port, implicit, tls, patience } = target;
    const stream = await connectTcp({
      host,
      port,
      protocol: "smtp",
      timeout: patience,
      limits: { writeStallMs: patience, handshakeMs: patience },
      ...(implicit && { tls }),
    });
    return new Probe(stream, target);
  }

  say(text: string): void {
    this.#stream.write(encodeLatin1(text));
  }

  /** The next reply, waited for with patience. */
  hear(): Promise<Heard> {
    return this.#next(this.#target.patience);
  }

  /** The next reply, if there is to be one. */
  hearSoon(): Promise<Heard> {
    return this.#next(this.#target.silence);
  }

  async ask(line: string): Promise<Heard> {
    this.say(`${line}\r\n`);
    return this.hear();
  }

  /** Greeting and EHLO; undefined when the server has no use for us. */
  async hello(): Promise<Extensions | undefined> {
    const greeting = await this.hear();
    if (!isPositive(greeting)) return undefined;
    return this.ehlo();
  }

  /** The same, and STARTTLS where that is asked for. Rejects with SocketError when the handshake fails. */
  async ready(): Promise<Extensions | undefined> {
    const offered = await this.hello();
    if (offered === undefined || !this.#target.startTls || !offered.startTls) return offered;
    if (!isPositive(await this.ask("STARTTLS"))) return undefined;
    await this.secureNow();
    return this.ehlo();
  }

  async ehlo(): Promise<Extensions | undefined> {
    const reply = await this.ask(`EHLO ${this.#target.hello}`);
    return isPositive(reply) ? parseExtensions(reply) : undefined;
  }

  /** The handshake; what was unread is forgotten, it was said in the clear. Rejects with SocketError. */
  async secureNow(): Promise<void> {
    this.#stream.pause();
    await this.#stream.secureWith(this.#target.tls);
    this.#buffer = new ReceiveBuffer();
    this.#replies = new ReplyReader(defaultReplyLimits);
    this.#attach();
  }

  /** Without QUIT: what is under way is not finished. */
  [Symbol.dispose](): void {
    this.#stream.destroy("we-ended");
  }

  #attach(): void {
    this.#stream.attach({
      data: (octets) => {
        this.#buffer.push(octets);
        if (this.#buffer.length > MAX_UNREAD) this.#stream.destroy("limit");
        this.#wake();
      },
      ended: () => this.#end(),
      drain: () => undefined,
      late: () => undefined,
      finish: () => undefined,
      closed: () => this.#end(),
    });
  }

  #end(): void {
    this.#closed = true;
    this.#wake();
  }

  async #next(ms: number): Promise<Heard> {
    const deadline = performance.now() + ms;
    for (;;) {
      const heard = this.#read();
      if (heard !== undefined) return heard;
      const left = deadline - performance.now();
      if (left <= 0) return "silent";
      await this.#happening(left);
    }
  }

  #read(): Heard | undefined {
    try {
      return this.#replies.next(this.#buffer) ?? (this.#closed ? "closed" : undefined);
    } catch (error) {
      if (error instanceof RemoteError) return "garbage";
      throw error;
    }
  }

  #happening(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export function isPositive(heard: Heard): heard is Reply {
  return typeof heard !== "string" && heard.code < 400;
}

export function isRefusal(heard: Heard): heard is Reply {
  return typeof heard !== "string" && heard.code >= 400;
}
