/** A conversation whose refusals are noted, whoever speaks them (policy, a fault that is on, a full disk), and its messages. */
import type { MailParameters, RcptParameters, Reply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { Conversation, Credentials, Incoming } from "../engine/engine.ts";

type Step<T> = T | Promise<T>;

const MESSAGE = "the message";
/** What refuses a message, or one of its recipients. */
const OF_A_MESSAGE: ReadonlySet<string> = new Set(["MAIL", "RCPT", "DATA", MESSAGE]);

/** Hears of the messages of a session one by one: it may bring some and lose others. */
export interface MessageBook {
  /** What was refused since the last of these, and not brought after all, is lost. */
  begun(): void;
  /** This refuses a message or one of its recipients; what is only typed wrong does not. */
  lost(what: string, reply: Reply): void;
  /** The content of a message begins, or is over; not that the connection is. */
  receiving(isReceiving: boolean): void;
}

export class NotedConversation implements Conversation {
  readonly #inner: Conversation;
  readonly #book: MessageBook;

  constructor(inner: Conversation, book: MessageBook) {
    this.#inner = inner;
    this.#book = book;
  }

  greet(): Step<Reply> {
    return this.#noted("GREETING", this.#inner.greet());
  }
  hello(domain: string, extended: boolean): Step<Reply | undefined> {
    return this.#noted(extended ? "EHLO" : "HELO", this.#inner.hello(domain, extended));
  }
  credentials(user: string): Step<Credentials | undefined> {
    return this.#inner.credentials(user);
  }
  loggedIn(user: string): void {
    this.#inner.loggedIn(user);
  }
  loginFailed(user: string): void {
    this.#inner.loginFailed(user);
  }
  mail(reversePath: string, parameters: MailParameters): Step<Reply> {
    this.#book.begun();
    return this.#noted("MAIL", this.#inner.mail(reversePath, parameters));
  }
  rcpt(forwardPath: string, parameters: RcptParameters): Step<Reply> {
    return this.#noted("RCPT", this.#inner.rcpt(forwardPath, parameters));
  }
  content(): Step<Incoming | Reply> {
    const begun = this.#inner.content();
    return begun instanceof Promise ? begun.then((late) => this.#begun(late)) : this.#begun(begun);
  }
  verify(text: string): Step<Reply> {
    return this.#inner.verify(text);
  }
  reset(): void {
    this.#inner.reset();
  }
  refused(what: string, reply: Reply): void {
    if (what === MESSAGE) this.#book.lost(what, reply);
    this.#inner.refused(what, reply);
  }
  closed(reason: CloseReason): void {
    this.#inner.closed(reason);
  }

  #begun(incoming: Incoming | Reply): Incoming | Reply {
    if ("code" in incoming) return this.#note("DATA", incoming);
    this.#book.receiving(true);
    return {
      write: (octets) => incoming.write(octets),
      finish: () => {
        this.#book.receiving(false);
        return this.#noted(MESSAGE, incoming.finish());
      },
      abort: () => {
        this.#book.receiving(false);
        incoming.abort();
      },
    };
  }

  #noted<T extends Reply | undefined>(what: string, reply: Step<T>): Step<T> {
    return reply instanceof Promise ? reply.then((late) => this.#note(what, late)) : this.#note(what, reply);
  }

  #note<T extends Reply | undefined>(what: string, reply: T): T {
    if (reply !== undefined && reply.code >= 400) {
      if (OF_A_MESSAGE.has(what)) this.#book.lost(what, reply);
      this.#inner.refused(what, reply);
    }
    return reply;
  }
}
