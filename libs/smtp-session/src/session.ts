/** A mail server that has been greeted: messages go through it one after the other. */
import type { Envelope, Extensions, Reply } from "@socketscope/smtp";
import type { CloseReason, Flow } from "@socketscope/socket-core";
import { SmtpError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Mechanism } from "./options.ts";
import type { Secured } from "./secured-tap.ts";
import { Transaction, type Content, type SendOptions, type SendResult } from "./transaction.ts";

export interface SessionFacts {
  readonly greeting: Reply;
  /** How the server took our name: HELO means that it knows no extension. */
  readonly hello: "EHLO" | "HELO";
  /** Undefined: in the clear. */
  readonly secured: Secured | undefined;
  /** Whether the certificate was verified. */
  readonly verified: boolean;
  /** What we are logged in by. */
  readonly mechanism: Mechanism | undefined;
}

export class SmtpSession implements SessionFacts {
  readonly greeting: Reply;
  readonly hello: "EHLO" | "HELO";
  readonly secured: Secured | undefined;
  readonly verified: boolean;
  readonly mechanism: Mechanism | undefined;
  readonly #exchange: Exchange;
  #busy = false;
  #messages = 0;

  constructor(exchange: Exchange, facts: SessionFacts) {
    this.#exchange = exchange;
    this.greeting = facts.greeting;
    this.hello = facts.hello;
    this.secured = facts.secured;
    this.verified = facts.verified;
    this.mechanism = facts.mechanism;
  }

  get flow(): Flow {
    return this.#exchange.stream.flow;
  }
  get extensions(): Extensions {
    return this.#exchange.extensions;
  }
  /** Messages the server was given an end of. */
  get messages(): number {
    return this.#messages;
  }
  /** Another message may be tried: nothing runs, and the server has not closed. */
  get usable(): boolean {
    return !this.#busy && !this.#exchange.over && this.#exchange.state === "ready";
  }
  /** Once, when the connection has gone. */
  get whenClosed(): Promise<CloseReason> {
    return this.#exchange.whenClosed;
  }

  /**
   * One message. Resolves with a reply for each recipient, refused ones too. Rejects with SendInterrupted when the
   * connection is lost or given up in the middle, with another SmtpError when nothing was sent; the session is then as
   * `usable` says.
   */
  async send(envelope: Envelope, content: Content, options: SendOptions = {}): Promise<SendResult> {
    return this.#alone(async () => {
      const result = await new Transaction(this.#exchange, envelope, content, options).send();
      if (result.final !== undefined) this.#messages++;
      return result;
    });
  }

  /** RSET; for a connection that rested: whether the server is still there. */
  reset(): Promise<Reply> {
    return this.#alone(() => this.#exchange.ask({ type: "rset" }));
  }

  noop(): Promise<Reply> {
    return this.#alone(() => this.#exchange.ask({ type: "noop" }));
  }

  /** VRFY (RFC 5321 §3.5): most servers answer 252 to everybody. */
  verify(text: string): Promise<Reply> {
    return this.#alone(() => this.#exchange.ask({ type: "vrfy", text }));
  }

  /** QUIT and its reply, or its time; never rejects. The connection is closed then. */
  async quit(): Promise<void> {
    const exchange = this.#exchange;
    if (!this.#busy && exchange.mayQuit) {
      this.#busy = true;
      await exchange.ahead({ type: "quit" });
      this.#busy = false;
    }
    exchange.end();
  }

  /** At once, without a word. A message under way is not taken. */
  close(): void {
    if (this.#busy) this.#exchange.cut(new SmtpError("CLOSED", "the connection was closed by us"));
    else this.#exchange.end();
  }

  async #alone<Value>(what: () => Promise<Value>): Promise<Value> {
    if (this.#busy) throw new SmtpError("ARGUMENT", "this session is busy: one thing after the other");
    this.#busy = true;
    try {
      return await what();
    } finally {
      this.#busy = false;
    }
  }
}
