/** One POP3 connection as questions and answers: what is asked gets its response, in order, or the reason there is none. */
import {
  describeResponse,
  Pop3Client,
  pop3ClientLegality,
  type Pop3Capabilities,
  type Pop3ClientAction,
  type Pop3ClientEvent,
  type Pop3ClientLimits,
  type Pop3ClientState,
  type Pop3ClientWait,
  type Pop3Response,
} from "@socketscope/pop3";
import type { DialogueLine } from "@socketscope/smtp-session";
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
import { printable, type RemoteError } from "@socketscope/wire";
import type { SaslAnswer } from "@socketscope/wire/sasl";
import { lineOf } from "./dialogue.ts";
import { Pop3Error, refusedWith } from "./errors.ts";

export interface ExchangeOptions {
  readonly clocks: Clocks<Pop3ClientWait>;
  readonly limits: Partial<Pop3ClientLimits>;
  readonly onDialogue: ((line: DialogueLine) => void) | undefined;
}

/** What a message goes to as it comes; a promise holds back what follows. */
export interface Taker {
  begin(): void | Promise<void>;
  piece(octets: Uint8Array): void | Promise<void>;
  end(): void | Promise<void>;
}

type Answer = SaslAnswer<Pop3Response>;

interface Waiter {
  /** Undefined: there will be no answer, and {@link Exchange.failure} says why. */
  readonly settle: (answer: Answer | undefined) => void;
  readonly taker?: Taker | undefined;
  readonly lines?: string[] | undefined;
}

export class Exchange implements Session<Pop3ClientEvent, Pop3ClientAction> {
  readonly stream: Stream;
  readonly #options: ExchangeOptions;
  #core: Pop3Client;
  #link: Link<Pop3ClientAction>;
  readonly #waiting: Waiter[] = [];
  /** The good response whose content runs. */
  #running: Pop3Response | undefined;
  #octets = 0;
  /** What the taker does now. */
  #taking: Promise<void> = Promise.resolve();
  #failure: Pop3Error | undefined;
  #over = false;

  constructor(stream: Stream, options: ExchangeOptions) {
    this.stream = stream;
    this.#options = options;
    this.#core = new Pop3Client({ limits: options.limits });
    this.#link = drive(stream, this.#core, this, options.clocks, { readsWhileFull: true });
  }

  get state(): Pop3ClientState {
    return this.#core.state;
  }
  get capabilities(): Pop3Capabilities {
    return this.#core.capabilities;
  }
  /** Nothing can be asked any more. */
  get over(): boolean {
    return this.#over || this.#failure !== undefined;
  }
  get mayQuit(): boolean {
    return (
      !this.over &&
      this.#core.outstanding.length === 0 &&
      pop3ClientLegality.quit.legal.includes(this.#core.state)
    );
  }

  // ── asking
  /** The greeting: the first response, to nothing that was asked. */
  greeting(): Promise<Pop3Response> {
    return this.#wait({}).then(asResponse);
  }

  /** Rejects with Pop3Error when no response comes, with LocalError for what cannot be said. */
  async ask(action: Pop3ClientAction): Promise<Pop3Response> {
    return asResponse(await this.#send(action, {}));
  }

  /** As `ask`, where a challenge may be the answer. */
  saslStep(action: Pop3ClientAction & { readonly type: "auth" | "respond" }): Promise<Answer> {
    return this.#send(action, {});
  }

  /** LIST, UIDL, CAPA: the lines behind a good response, none behind another. */
  async list(
    action: Pop3ClientAction & { readonly type: "list" | "uidl" | "capa" },
  ): Promise<{ readonly response: Pop3Response; readonly lines: readonly string[] }> {
    const lines: string[] = [];
    return { response: asResponse(await this.#send(action, { lines })), lines };
  }

  /** Resolves when the taker has all of it. */
  async retrieve(number: number, taker: Taker): Promise<Pop3Response> {
    return asResponse(await this.#send({ type: "retr", number }, { taker }));
  }

  /** Resolves when the taker rests: it may be at work for a while behind the end of the connection. */
  taken(): Promise<void> {
    return this.#taking;
  }

  note(text: string): void {
    this.#options.onDialogue?.({ from: "note", text });
  }

  /** RFC 2595 §4: SocketError "PLAINTEXT_BEFORE_TLS" when octets came behind the +OK: they are not the server's. */
  async startTls(tls: TlsClientOptions): Promise<void> {
    const { limits, clocks } = this.#options;
    const core = new Pop3Client({ limits, greeted: true });
    this.#link = await this.#link.startTls(undefined, tls, core, this, clocks);
    this.#core = core;
    this.note("TLS from here on");
  }

  /** FIN; what the server still says is read and forgotten. */
  end(): void {
    this.#over = true;
    this.#link.end();
    this.#settleAll();
  }

  /** At once: what waits is told why. */
  cut(why: Pop3Error): void {
    this.#fail(why);
    this.stream.reset("we-ended");
  }

  async #send(action: Pop3ClientAction, waits: Omit<Waiter, "settle">): Promise<Answer> {
    if (this.over) throw this.#whyNot();
    // The core's judgement first: what it refuses (LocalError) waits for nothing.
    this.#link.send(action);
    this.#options.onDialogue?.({ from: "client", text: lineOf(action, this.#core.capabilities) });
    return this.#wait(waits);
  }

  async #wait(waits: Omit<Waiter, "settle">): Promise<Answer> {
    const answer = await new Promise<Answer | undefined>((settle) => {
      if (this.over) settle(undefined);
      else this.#waiting.push({ ...waits, settle });
    });
    if (answer === undefined) throw this.#whyNot();
    return answer;
  }

  #whyNot(): Pop3Error {
    return this.#failure ?? new Pop3Error("CLOSED", "the connection has ended");
  }

  // ── what happens
  on(event: Pop3ClientEvent): void | Promise<void> {
    const [first] = this.#waiting;
    switch (event.type) {
      case "response":
        this.#heard(describeResponse(event.response));
        return this.#responded(event.response, first);
      case "challenge":
        this.#heard(`+ (a challenge of ${event.octets?.length ?? 0} octets)`);
        this.#settle({ type: "challenge", octets: event.octets });
        return;
      case "line":
        this.#heard(printable(event.text));
        first?.lines?.push(event.text);
        return;
      case "piece":
        this.#octets += event.octets.length;
        return this.#guarded(first?.taker?.piece(event.octets));
      case "end":
        this.#heard(".");
        return this.#ended(first);
      case "closing":
        this.#heard(describeResponse(event.response));
        this.#fail(refusedWith("CLOSING", "the server closes the connection", event.response));
        return;
    }
  }

  #responded(response: Pop3Response, first: Waiter | undefined): void | Promise<void> {
    if (!response.good || (first?.taker === undefined && first?.lines === undefined)) {
      this.#settleWith(response);
      return;
    }
    this.#running = response;
    this.#octets = 0;
    return this.#guarded(first.taker?.begin());
  }

  #ended(first: Waiter | undefined): void | Promise<void> {
    const response = this.#running;
    if (first?.taker === undefined) {
      this.#settleWith(response);
      return;
    }
    this.note(`${this.#octets} octets of a message`);
    return this.#guarded(first.taker.end(), () => this.#settleWith(response));
  }

  /** What cannot be written down ends it: the server must not be asked to remove what is not here. */
  #guarded(work: void | Promise<void>, then: () => void = () => undefined): void | Promise<void> {
    if (work === undefined) {
      then();
      return;
    }
    this.#taking = work.then(then, (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      this.cut(new Pop3Error("STORE", `a message cannot be written: ${text}`, { cause: error }));
    });
    return this.#taking;
  }

  #heard(text: string): void {
    this.#options.onDialogue?.({ from: "server", text });
  }

  #settleWith(reply: Pop3Response | undefined): void {
    this.#settle(reply && { type: "done", reply });
  }

  #settle(answer: Answer | undefined): void {
    this.#waiting.shift()?.settle(answer);
  }

  refused(error: RemoteError): void {
    const code =
      error.code === "POP3_TIMEOUT" ? "TIMED_OUT" : error.code === "POP3_ENDED" ? "CLOSED" : "PROTOCOL";
    this.#fail(new Pop3Error(code, error.message, { cause: error }));
  }

  failed(error: unknown): void {
    if (error instanceof SocketError) return;
    this.#fail(new Pop3Error("CLOSED", "the client failed, which is a mistake of ours", { cause: error }));
  }

  closed(reason: CloseReason): void {
    if (this.#over) this.#settleAll();
    else this.#fail(new Pop3Error(...closedByServer(reason)));
  }

  #fail(error: Pop3Error): void {
    this.#failure ??= error;
    this.#settleAll();
  }

  #settleAll(): void {
    for (const { settle } of this.#waiting.splice(0)) settle(undefined);
  }
}

function asResponse(answer: Answer): Pop3Response {
  if (answer.type === "challenge") throw new Pop3Error("PROTOCOL", "a challenge came where none was due");
  return answer.reply;
}
