/** A conversation whose refusals are noted, whoever speaks them (policy, a fault that is on, a full disk), and its messages. */
import type { MailParameters, RcptParameters, Reply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { Conversation, Credentials, Incoming } from "../engine/engine.ts";

type Step<T> = T | Promise<T>;

export class NotedConversation implements Conversation {
  readonly #inner: Conversation;
  readonly #receiving: (isReceiving: boolean) => void;

  /** `receiving` hears when the content of a message begins and when it is over; not that the connection is. */
  constructor(inner: Conversation, receiving: (isReceiving: boolean) => void) {
    this.#inner = inner;
    this.#receiving = receiving;
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
    this.#inner.refused(what, reply);
  }
  closed(reason: CloseReason): void {
    this.#inner.closed(reason);
  }

  #begun(incoming: Incoming | Reply): Incoming | Reply {
    if ("code" in incoming) return this.#note("DATA", incoming);
    this.#receiving(true);
    return {
      write: (octets) => incoming.write(octets),
      finish: () => {
        this.#receiving(false);
        return this.#noted("the message", incoming.finish());
      },
      abort: () => {
        this.#receiving(false);
        incoming.abort();
      },
    };
  }

  #noted<T extends Reply | undefined>(what: string, reply: Step<T>): Step<T> {
    return reply instanceof Promise ? reply.then((late) => this.#note(what, late)) : this.#note(what, reply);
  }

  #note<T extends Reply | undefined>(what: string, reply: T): T {
    if (reply !== undefined && reply.code >= 400) this.#inner.refused(what, reply);
    return reply;
  }
}
