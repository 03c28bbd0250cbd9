/** A conversation in which the faults strike; with none of them on it is the one inside. */
import type { MailParameters, RcptParameters, Reply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { Conversation, Credentials, Incoming, Peer } from "../engine/engine.ts";
import type { MailFault, Stage } from "./fault.ts";
import type { MailFaults } from "./mail-faults.ts";

type Step<T> = T | Promise<T>;

export class FaultyConversation implements Conversation {
  readonly #inner: Conversation;
  readonly #peer: Peer;
  readonly #faults: MailFaults;
  readonly #lot = Math.random();
  #sender: string | undefined;
  #recipients: string[] = [];

  constructor(inner: Conversation, peer: Peer, faults: MailFaults) {
    this.#inner = inner;
    this.#peer = peer;
    this.#faults = faults;
  }

  greet(): Step<Reply> {
    return this.#at("connect", () => this.#inner.greet());
  }

  hello(domain: string, extended: boolean): Step<Reply | undefined> {
    this.#forget();
    return this.#at<Reply | undefined>("hello", () => this.#inner.hello(domain, extended));
  }

  credentials(user: string): Step<Credentials | undefined> {
    const fault = this.#strike("login");
    if (fault === undefined) return this.#inner.credentials(user);
    // Whatever code was chosen: a login that does not work is answered 535 by the engine.
    return after(fault, this.#peer, () =>
      fault.action.type === "answer" ? undefined : this.#inner.credentials(user),
    );
  }

  loggedIn(user: string): void {
    this.#inner.loggedIn(user);
  }

  loginFailed(user: string): void {
    this.#inner.loginFailed(user);
  }

  mail(reversePath: string, parameters: MailParameters): Step<Reply> {
    this.#forget();
    this.#sender = reversePath;
    return this.#at("mail", () => this.#inner.mail(reversePath, parameters));
  }

  rcpt(forwardPath: string, parameters: RcptParameters): Step<Reply> {
    const fault = this.#strike("rcpt", [forwardPath]);
    this.#recipients.push(forwardPath);
    return this.#struck(fault, () => this.#inner.rcpt(forwardPath, parameters));
  }

  content(): Step<Incoming | Reply> {
    const wrap = (inner: Incoming | Reply): Incoming | Reply =>
      "finish" in inner ? this.#watch(inner) : inner;
    return this.#at<Incoming | Reply>("data", () => {
      const inner = this.#inner.content();
      if (this.#faults.none) return inner;
      return inner instanceof Promise ? inner.then(wrap) : wrap(inner);
    });
  }

  verify(text: string): Step<Reply> {
    return this.#inner.verify(text);
  }

  reset(): void {
    this.#forget();
    this.#inner.reset();
  }

  refused(what: string, reply: Reply): void {
    this.#inner.refused(what, reply);
  }

  closed(reason: CloseReason): void {
    this.#inner.closed(reason);
  }

  #watch(inner: Incoming): Incoming {
    let fault = this.#strike("content");
    return {
      write: (octets) => {
        const striking = fault;
        fault = undefined;
        if (striking === undefined) return inner.write(octets);
        return after(striking, this.#peer, () => inner.write(octets));
      },
      finish: () => this.#finish(inner),
      abort: () => inner.abort(),
    };
  }

  async #finish(inner: Incoming): Promise<Reply> {
    const fault = this.#strike("end");
    if (fault === undefined) return inner.finish();
    if (fault.action.type === "answer" || (fault.action.type === "drop" && !fault.action.kept)) {
      inner.abort();
      return after(fault, this.#peer, () => answerOf(fault));
    }
    const reply = await inner.finish();
    return after(fault, this.#peer, () => reply);
  }

  #at<T extends Reply | Incoming | undefined>(stage: Stage, step: () => Step<T>): Step<T | Reply> {
    return this.#struck(this.#strike(stage), step);
  }

  #struck<T extends Reply | Incoming | undefined>(
    fault: MailFault | undefined,
    step: () => Step<T>,
  ): Step<T | Reply> {
    if (fault === undefined) return step();
    if (fault.action.type === "answer") return answerOf(fault);
    return after(fault, this.#peer, step);
  }

  #strike(stage: Stage, recipients: readonly string[] = this.#recipients): MailFault | undefined {
    if (this.#faults.none) return undefined;
    const listener = this.#peer.role;
    return this.#faults.strike({ stage, listener, sender: this.#sender, recipients, lot: this.#lot });
  }

  #forget(): void {
    this.#sender = undefined;
    this.#recipients = [];
  }
}

/** A dropped connection never gets an answer; what waits for one is let go of when the connection closes. */
async function after<T>(fault: MailFault, peer: Peer, step: () => Step<T>): Promise<T> {
  if (fault.action.type === "delay") await pause(fault.action.ms);
  if (fault.action.type === "drop") peer.cut();
  return step();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function answerOf({ action }: MailFault): Reply {
  if (action.type !== "answer") return { code: 421, enhanced: "4.3.2", lines: ["Closing"] };
  const standard = action.code < 500 ? "4.3.0" : "5.3.0";
  return { code: action.code, enhanced: action.enhanced ?? standard, lines: [action.text] };
}
