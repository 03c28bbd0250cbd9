/** One POP3 connection: the mailbox is the login's, for this session alone, and what is marked goes at QUIT only. */
import {
  Pop3Server,
  type Pop3ServerAction,
  type Pop3ServerEvent,
  type Pop3ServerWait,
} from "@socketscope/pop3";
import {
  drive,
  type Clocks,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import type { Credentials } from "../engine/engine.ts";
import type { MailboxLock } from "../mailboxes/mailboxes.ts";
import { mechanisms, SaslLogin, type SaslAnswers } from "../sasl-login.ts";
import { headAndLines } from "./top.ts";

export interface Pop3Options {
  readonly hostname: string;
  /** STLS is offered with it. */
  readonly tls: TlsServerOptions | undefined;
  /** Passwords are taken also where they can be read by others. */
  readonly authClear: boolean;
  /** Milliseconds a client may rest. RFC 1939 §3: at least 10 minutes. */
  readonly idle: number;
  /** Milliseconds before a failed login is answered; grows with each. */
  readonly loginDelay: number;
  credentials(user: string): Promise<Credentials | undefined>;
  /** The mailbox of a login name; undefined: another session has it (RFC 1939 §4). */
  lock(user: string): Promise<MailboxLock | undefined>;
  readonly onError: (error: unknown) => void;
}

type Line = Link<Pop3ServerAction>;

export function servePop3(stream: Stream, options: Pop3Options): void {
  drive(stream, coreOf(options, stream.secure, false), new Pop3Session(options), clocksOf(options));
}

function coreOf({ tls, authClear }: Pop3Options, secure: boolean, afterTls: boolean): Pop3Server {
  const may = secure || authClear;
  return new Pop3Server({
    afterTls,
    stls: tls !== undefined && !secure,
    passwords: may,
    mechanisms: may ? mechanisms : [],
  });
}

function clocksOf({ idle }: Pop3Options): Clocks<Pop3ServerWait> {
  return { command: { ms: idle, from: "start" }, challenge: { ms: idle, from: "start" } };
}

class Pop3Session implements Session<Pop3ServerEvent, Pop3ServerAction> {
  readonly #options: Pop3Options;
  readonly #login: SaslLogin;
  #mailbox: MailboxLock | undefined;
  /** Numbers (from 1) that are marked. */
  readonly #deleted = new Set<number>();
  #closed = false;

  constructor(options: Pop3Options) {
    this.#options = options;
    this.#login = new SaslLogin({
      credentials: (user) => options.credentials(user),
      loginFailed: () => undefined,
      delay: options.loginDelay,
    });
  }

  on(event: Pop3ServerEvent, link: Line): void | Promise<void> {
    switch (event.type) {
      case "connected":
        return ok(link, `${this.#options.hostname} POP3 Socketscope`);
      case "said":
      case "refused":
        return void link.send(event.answer);
      case "login":
        return this.#login.password(event.user, event.password, this.#answers(link));
      case "authenticate":
        return this.#login.begin(event.mechanism, event.initial, this.#answers(link));
      case "response":
        return this.#login.respond(event.octets, this.#answers(link));
      case "stls":
        return this.#startTls(link);
      case "stat":
        return ok(link, `${this.#left().length} ${this.#octets()}`);
      case "list":
        return this.#list(event.number, link, ({ size }) => String(size));
      case "uidl":
        return this.#list(event.number, link, ({ id }) => id);
      case "retrieve":
        return this.#retrieve(event.number, event.lines, link);
      case "delete":
        return this.#delete(event.number, link);
      case "reset":
        this.#deleted.clear();
        return ok(link, `${this.#left().length} messages (${this.#octets()} octets)`);
      case "quit":
        return event.update ? this.#update(link) : ok(link, "Bye");
    }
  }

  closed(_reason: CloseReason): void {
    this.#closed = true;
    this.#mailbox?.release();
    this.#mailbox = undefined;
  }

  failed(error: unknown): void {
    this.#options.onError(error);
  }

  /** RFC 5034 §4, RFC 3206 §6: a wrong password is [AUTH], a locked mailbox is [IN-USE]. */
  #answers(link: Line): SaslAnswers {
    return {
      challenge: (octets) => void link.send({ type: "challenge", octets }),
      succeeded: (user) => this.#open(user, link),
      failed: () => void link.send({ type: "err", code: "AUTH", text: "Name or password is wrong" }),
      cancelled: () => void link.send({ type: "err", text: "Login given up" }),
    };
  }

  async #open(user: string, link: Line): Promise<void> {
    try {
      const mailbox = await this.#options.lock(user);
      if (mailbox === undefined) {
        link.send({ type: "err", code: "IN-USE", text: "Another session has this mailbox" });
        return;
      }
      // The client may have gone while it was read.
      if (this.#isClosed()) mailbox.release();
      else this.#mailbox = mailbox;
      ok(link, `${mailbox.messages.length} messages`);
    } catch (error) {
      this.#options.onError(error);
      link.send({ type: "err", code: "SYS/TEMP", text: "The mailbox cannot be read now" });
    }
  }

  async #startTls(link: Line): Promise<void> {
    const { tls } = this.#options;
    if (tls === undefined) return void link.send({ type: "err", text: "There is no TLS to begin here" });
    const answer = { type: "ok", text: "Go on under TLS" } as const;
    await link.startTls(answer, tls, coreOf(this.#options, true, true), this, clocksOf(this.#options));
  }

  #list(
    number: number | undefined,
    link: Line,
    show: (message: { readonly id: string; readonly size: number }) => string,
  ): void {
    const left = this.#left();
    if (number === undefined) {
      const lines = left.map(({ number, message }) => `${number} ${show(message)}`);
      link.send({ type: "lines", text: `${left.length} messages (${this.#octets()} octets)`, lines });
      return;
    }
    const found = left.find((one) => one.number === number);
    if (found === undefined) link.send(noSuchMessage);
    else ok(link, `${number} ${show(found.message)}`);
  }

  async #retrieve(number: number, lines: number | undefined, link: Line): Promise<void> {
    const found = this.#left().find((one) => one.number === number);
    const mailbox = this.#mailbox;
    if (found === undefined || mailbox === undefined) return void link.send(noSuchMessage);
    const whole = mailbox.read(found.message.id);
    const pieces = lines === undefined ? whole : headAndLines(whole, lines);
    let begun = false;
    try {
      for await (const octets of pieces) {
        if (!begun) link.send({ type: "begin", text: `${found.message.size} octets` });
        begun = true;
        if (this.#closed) return;
        if (!link.send({ type: "data", octets })) await link.drained();
      }
      if (!begun) link.send({ type: "begin", text: "0 octets" });
      link.send({ type: "end" });
    } catch (error) {
      this.#options.onError(error);
      // A message that has begun can only be broken off: a dot would make it look whole.
      if (begun) link.stream.destroy("internal");
      else link.send({ type: "err", code: "SYS/TEMP", text: "The message cannot be read" });
    }
  }

  #delete(number: number, link: Line): void {
    if (!this.#left().some((one) => one.number === number)) {
      link.send(noSuchMessage);
      return;
    }
    this.#deleted.add(number);
    ok(link, `${number} is marked`);
  }

  /** RFC 1939 §6: only now are they removed. */
  async #update(link: Line): Promise<void> {
    const mailbox = this.#mailbox;
    try {
      const ids = [...this.#deleted].flatMap((number) => mailbox?.messages[number - 1]?.id ?? []);
      if (ids.length > 0) await mailbox?.remove(ids);
      ok(link, "Bye");
    } catch (error) {
      this.#options.onError(error);
      link.send({ type: "err", code: "SYS/TEMP", text: "Some marked messages were not removed" });
    }
  }

  #left(): readonly { readonly number: number; readonly message: MailboxLock["messages"][number] }[] {
    return (this.#mailbox?.messages ?? []).flatMap((message, index) =>
      this.#deleted.has(index + 1) ? [] : [{ number: index + 1, message }],
    );
  }

  #octets(): number {
    return this.#left().reduce((sum, { message }) => sum + message.size, 0);
  }

  // Read through a call: it changes while we wait.
  #isClosed(): boolean {
    return this.#closed;
  }
}

const noSuchMessage: Pop3ServerAction = { type: "err", text: "There is no such message" };

function ok(link: Line, text: string): void {
  link.send({ type: "ok", text });
}
