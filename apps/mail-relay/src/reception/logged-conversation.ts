/** A conversation that the log tells of: a line for each letter that is taken, each refusal and each login. */
import type { Log, LogFields } from "@socketscope/host";
import { describeReply, type MailParameters, type RcptParameters, type Reply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { Conversation, Credentials, Incoming, Peer } from "../engine/engine.ts";

type Step<T> = T | Promise<T>;

/** Recipients that a line names; of more it says how many. */
const NAMED = 5;

export class LoggedConversation implements Conversation {
  readonly #inner: Conversation;
  readonly #peer: Peer;
  readonly #log: Log;
  #user: string | undefined;
  /** The transaction goes on; what it was of is known until the next begins. */
  #isOpen = false;
  #sender: string | undefined;
  /** Those that were accepted. */
  #recipients: string[] = [];

  constructor(inner: Conversation, peer: Peer, log: Log) {
    this.#inner = inner;
    this.#peer = peer;
    this.#log = log;
  }

  greet(): Step<Reply> {
    return this.#inner.greet();
  }
  hello(domain: string, extended: boolean): Step<Reply | undefined> {
    this.#isOpen = false;
    return this.#inner.hello(domain, extended);
  }
  credentials(user: string): Step<Credentials | undefined> {
    return this.#inner.credentials(user);
  }
  loggedIn(user: string): void {
    this.#user = user;
    this.#log.info("logged in", this.#fields());
    this.#inner.loggedIn(user);
  }
  loginFailed(user: string): void {
    this.#log.warn("login failed", { ...this.#fields(), user });
    this.#inner.loginFailed(user);
  }
  mail(reversePath: string, parameters: MailParameters): Step<Reply> {
    this.#isOpen = true;
    this.#sender = reversePath;
    this.#recipients = [];
    return this.#inner.mail(reversePath, parameters);
  }
  rcpt(forwardPath: string, parameters: RcptParameters): Step<Reply> {
    return after(this.#inner.rcpt(forwardPath, parameters), (reply) => {
      if (reply.code < 400) this.#recipients.push(forwardPath);
    });
  }
  content(): Step<Incoming | Reply> {
    const begun = this.#inner.content();
    return begun instanceof Promise ? begun.then((late) => this.#counted(late)) : this.#counted(begun);
  }
  verify(text: string): Step<Reply> {
    return this.#inner.verify(text);
  }
  reset(): void {
    this.#isOpen = false;
    this.#inner.reset();
  }
  refused(what: string, reply: Reply): void {
    // A content that is refused has ended its transaction by then.
    const letter = this.#isOpen || what === "the message" ? this.#letter() : {};
    this.#log.info("refused", { ...this.#fields(), what, ...letter, said: describeReply(reply) });
    this.#inner.refused(what, reply);
  }
  closed(reason: CloseReason): void {
    this.#inner.closed(reason);
  }

  #counted(incoming: Incoming | Reply): Incoming | Reply {
    if ("code" in incoming) return incoming;
    let octets = 0;
    return {
      write: (piece) => {
        octets += piece.length;
        return incoming.write(piece);
      },
      finish: () =>
        after(incoming.finish(), (reply) => {
          if (reply.code >= 400) return;
          const said = describeReply(reply);
          this.#log.info("letter taken", { ...this.#fields(), ...this.#letter(), octets, said });
        }),
      abort: () => incoming.abort(),
    };
  }

  #fields(): LogFields {
    const { role, flow } = this.#peer;
    const tls = this.#peer.tls() !== undefined;
    return {
      protocol: role,
      from: flow.remote.host,
      tls,
      ...(this.#user !== undefined && { user: this.#user }),
    };
  }

  #letter(): LogFields {
    if (this.#sender === undefined) return {};
    const more = this.#recipients.length - NAMED;
    const named = this.#recipients.slice(0, NAMED).map((path) => `<${path}>`);
    if (more > 0) named.push(`and ${more} more`);
    return { sender: `<${this.#sender}>`, ...(named.length > 0 && { to: named.join(" ") }) };
  }
}

function after<T>(step: Step<T>, then: (value: T) => void): Step<T> {
  if (step instanceof Promise)
    return step.then((late) => {
      then(late);
      return late;
    });
  then(step);
  return step;
}
