/** One connection as questions and answers: what is asked gets its reply, in order, or the reason there is none. */
import {
  SmtpClient,
  smtpClientLegality,
  type Extensions,
  type Reply,
  type SmtpClientAction,
  type SmtpClientEvent,
  type SmtpClientLimits,
  type SmtpClientState,
} from "@socketscope/smtp";
import {
  closedByServer,
  drive,
  SocketError,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
  type TlsClientOptions,
} from "@socketscope/socket-core";
import { LimitError, type RemoteError } from "@socketscope/wire";
import { lineOf, linesOf, type DialogueLine } from "./dialogue.ts";
import { refusedWith, SmtpError } from "./errors.ts";
import { clocksOf, type SmtpDeadlines } from "./options.ts";

export interface ExchangeOptions {
  readonly deadlines: SmtpDeadlines;
  readonly limits: Partial<SmtpClientLimits>;
  readonly onDialogue: ((line: DialogueLine) => void) | undefined;
}

/** 334: the exchange of AUTH goes on. */
export interface Challenge {
  readonly challenge: Uint8Array | undefined;
}

type Answer = Reply | Challenge;

/** What waits: undefined when there will be no answer, and {@link Exchange.failure} says why. */
type Waiter = (answer: Answer | undefined) => void;

export class Exchange implements Session<SmtpClientEvent, SmtpClientAction> {
  readonly stream: Stream;
  readonly #options: ExchangeOptions;
  #core: SmtpClient;
  #link: Link<SmtpClientAction>;
  readonly #waiting: Waiter[] = [];
  #failure: SmtpError | undefined;
  /** The server had enough of the content before its end. */
  #early: Reply | undefined;
  /** The core takes no more; what is sent goes nowhere. */
  #over = false;
  readonly #closed: Promise<CloseReason>;
  #tellClosed: (reason: CloseReason) => void = () => undefined;

  constructor(stream: Stream, options: ExchangeOptions) {
    this.stream = stream;
    this.#options = options;
    this.#closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    this.#core = new SmtpClient({ limits: options.limits });
    // A server may answer before it has read all of the content: its replies are read though ours is not taken.
    this.#link = drive(stream, this.#core, this, clocksOf(options.deadlines), { readsWhileFull: true });
  }

  get state(): SmtpClientState {
    return this.#core.state;
  }
  get extensions(): Extensions {
    return this.#core.extensions;
  }
  /** Why there are no more answers. */
  get failure(): SmtpError | undefined {
    return this.#failure;
  }
  /** Nothing can be asked any more. */
  get over(): boolean {
    return this.#over || this.#failure !== undefined;
  }
  /** What was asked and is not answered yet. */
  get outstanding(): number {
    return this.#core.outstanding.length;
  }
  get mayQuit(): boolean {
    return !this.over && this.outstanding === 0 && smtpClientLegality.quit.legal.includes(this.#core.state);
  }
  get whenClosed(): Promise<CloseReason> {
    return this.#closed;
  }

  // ── asking
  /** The greeting: the first reply, to nothing that was asked. */
  greeting(): Promise<Reply> {
    return this.#wait().then((answer) => this.#reply(answer));
  }

  /** Throws SmtpError when no reply comes. */
  async ask(action: SmtpClientAction): Promise<Reply> {
    return this.#reply(await this.challenge(action));
  }

  /** As `ask`, where a challenge may be the answer. */
  async challenge(action: SmtpClientAction): Promise<Answer> {
    const answer = await this.#sendAndWait(action);
    if (answer === undefined) throw this.#whyNot();
    return answer;
  }

  /**
   * Undefined instead of a rejection: for what is sent ahead, where one failure is the failure of all. Throws LocalError
   * at once for what cannot be said.
   */
  ahead(action: SmtpClientAction): Promise<Reply | undefined> {
    return this.#sendAndWait(action).then((answer) =>
      answer === undefined ? undefined : this.#reply(answer),
    );
  }

  /** The reply to the content, which may come before its end, and before it is waited for. */
  async final(): Promise<Reply | undefined> {
    if (this.#early !== undefined) return this.#early;
    const answer = await this.#wait();
    return answer === undefined ? undefined : this.#reply(answer);
  }

  /** Content, and its end: their reply is waited for by {@link final}. False: over the high-water mark. */
  put(action: SmtpClientAction & { readonly type: "content" | "end" }): boolean {
    if (this.over) return true;
    const roomy = this.#link.send(action);
    this.#tell(action);
    return roomy;
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  note(text: string): void {
    this.#options.onDialogue?.({ from: "note", text });
  }

  /** RFC 3207 §4: SocketError "PLAINTEXT_BEFORE_TLS" when octets came behind the 220: they are not the server's. */
  async startTls(tls: TlsClientOptions): Promise<void> {
    const core = new SmtpClient({ limits: this.#options.limits, greeted: true });
    this.#link = await this.#link.startTls(undefined, tls, core, this, clocksOf(this.#options.deadlines));
    this.#core = core;
    this.note("TLS from here on");
  }

  /** FIN; what the server still says is read and forgotten. */
  end(): void {
    this.#over = true;
    this.#link.end();
    this.#settleAll();
  }

  /** Cuts the connection: a message in the middle must not look like a whole one. */
  cut(why: SmtpError): void {
    this.#fail(why);
    this.stream.reset("we-ended");
  }

  #sendAndWait(action: SmtpClientAction): Promise<Answer | undefined> {
    if (this.over) return Promise.resolve(undefined);
    // The core's judgement first: what it refuses (LocalError) waits for nothing.
    this.#link.send(action);
    this.#tell(action);
    return this.#wait();
  }

  #wait(): Promise<Answer | undefined> {
    if (this.over) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #reply(answer: Answer | undefined): Reply {
    if (answer === undefined) throw this.#whyNot();
    if ("challenge" in answer) throw new SmtpError("PROTOCOL", "a challenge came where none was due");
    return answer;
  }

  #whyNot(): SmtpError {
    return this.#failure ?? new SmtpError("CLOSED", "the connection has ended");
  }

  #tell(action: SmtpClientAction): void {
    const { onDialogue } = this.#options;
    if (onDialogue === undefined) return;
    const text = lineOf(action, this.#core.extensions);
    if (text !== undefined) onDialogue({ from: "client", text });
  }

  // ── what happens
  on(event: SmtpClientEvent): void {
    switch (event.type) {
      case "reply":
        this.#heard(event.reply);
        // In the middle of the content it closes the core: what is left of it is not sent.
        if (event.to === "content" && this.#core.state === "closed") {
          this.#over = true;
          this.#early = event.reply;
        }
        this.#waiting.shift()?.(event.reply);
        return;
      case "challenge":
        this.#options.onDialogue?.({
          from: "server",
          text: `334 (a challenge of ${event.octets?.length ?? 0} octets)`,
        });
        this.#waiting.shift()?.({ challenge: event.octets });
        return;
      case "closing":
        this.#heard(event.reply);
        // RFC 5321 §3.8: it answers all that is open, and there is nothing else to come.
        this.#failure ??= refusedWith("CLOSING", "the server closes the connection", event.reply);
        for (const waiter of this.#waiting.splice(0)) waiter(event.reply);
        return;
    }
  }

  #heard(reply: Reply): void {
    const { onDialogue } = this.#options;
    if (onDialogue !== undefined) for (const text of linesOf(reply)) onDialogue({ from: "server", text });
  }

  refused(error: RemoteError): void {
    const code =
      error.code === "SMTP_TIMEOUT" ? "TIMED_OUT" : error.code === "SMTP_ENDED" ? "CLOSED" : "PROTOCOL";
    this.#fail(
      new SmtpError(error instanceof LimitError ? "PROTOCOL" : code, error.message, { cause: error }),
    );
  }

  failed(error: unknown): void {
    if (error instanceof SocketError) return;
    this.#fail(new SmtpError("CLOSED", "the client failed, which is a mistake of ours", { cause: error }));
  }

  closed(reason: CloseReason): void {
    if (this.#over) this.#settleAll();
    else this.#fail(new SmtpError(...closedByServer(reason)));
    this.#tellClosed(reason);
  }

  #fail(error: SmtpError): void {
    this.#failure ??= error;
    this.#settleAll();
  }

  #settleAll(): void {
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
  }
}
