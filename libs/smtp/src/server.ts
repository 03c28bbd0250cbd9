/**
 * RFC 5321, a server, with PIPELINING (2920), SIZE (1870), 8BITMIME (6152), CHUNKING (3030), STARTTLS (3207), AUTH
 * (4954), DSN (3461), SMTPUTF8 (6531) and enhanced codes (2034). Left out: BINARYMIME, and what RFC 5321 §F dropped
 * (SEND, SOML, SAML, TURN). Who may send what to whom is the session's: it answers each event but `content`.
 */
import {
  encodeBase64,
  encodeUtf8,
  LimitError,
  LineReader,
  LocalError,
  ReceiveBuffer,
  RemoteError,
  type Core,
  type Input,
  type Line,
  type Rest,
} from "@socketscope/wire";
import type { SmtpState } from "./commands.ts";
import type { Reply } from "./envelope.ts";
import { replyOctets } from "./said.ts";
import { decodeCommand, readCommand, readResponse } from "./server-command.ts";
import { LINE_ENDS, ServerContent } from "./server-content.ts";
import type { Offer } from "./server-ehlo.ts";
import type { SmtpServerAction, SmtpServerEvent, SmtpServerWait } from "./server-events.ts";
import { defaultSmtpServerLimits, type SmtpServerLimits } from "./server-limits.ts";

export interface SmtpServerOptions {
  readonly hostname: string;
  /** STARTTLS has been done: no second greeting, and everything else is forgotten (RFC 3207 §4.2). */
  readonly afterTls?: boolean;
  /** STARTTLS may be asked for. */
  readonly startTls: boolean;
  /** SASL mechanisms that may be used as things stand; none: AUTH is not offered. */
  readonly mechanisms: readonly string[];
  readonly limits?: Partial<SmtpServerLimits>;
}

/** The event whose answer is due. */
type Due = Exclude<SmtpServerEvent["type"], "content">;

export class SmtpServer implements Core<SmtpServerEvent, SmtpServerAction, SmtpServerWait> {
  readonly #offer: Offer;
  readonly #limits: SmtpServerLimits;
  readonly #buffer = new ReceiveBuffer();
  readonly #lines: LineReader;
  #state: SmtpState;
  #due: Due | undefined;
  /** EHLO, not HELO: only its client knows enhanced codes. */
  #extended = false;
  /** The greeting that is due is EHLO. */
  #extending = false;
  /** EHLO or HELO was accepted. */
  #greeted = false;
  #authenticated = false;
  #content: ServerContent | undefined;
  #recipients = 0;
  #commands = 0;
  #errors = 0;
  #failedLogins = 0;
  /** The client spoke before it was greeted. */
  #early = false;
  #told: "end" | "timeout" | undefined;
  #draining = false;

  constructor({ hostname, afterTls = false, startTls, mechanisms, limits }: SmtpServerOptions) {
    this.#limits = { ...defaultSmtpServerLimits, ...limits };
    this.#offer = { hostname, startTls, mechanisms, size: this.#limits.size };
    this.#lines = new LineReader({ maxOctets: this.#limits.authLine - 2 });
    this.#state = afterTls ? "start" : "greeting";
  }

  get state(): SmtpState {
    return this.#state;
  }

  get waitingFor(): SmtpServerWait | "us" {
    if (this.#due !== undefined || this.#state === "greeting" || this.#state === "tls") return "us";
    if (this.#state === "content" || this.#state === "chunk") return "content";
    return this.#state === "challenge" ? "challenge" : "command";
  }

  receive(input: Input): void {
    if (input === "drain") this.#draining = true;
    else if (typeof input === "string") this.#told = input;
    else {
      // RFC 5321 §4.3.1: the client waits for the greeting; who does not is no mail program.
      if (this.#state === "greeting") this.#early = true;
      this.#buffer.push(input);
    }
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): SmtpServerEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#due !== undefined || this.#state === "tls") return "paused";
    const event = this.#read();
    if (event === undefined) return this.#rest();
    if (event.type === "hello") this.#extending = event.extended;
    if (event.type !== "content") this.#due = event.type;
    return event;
  }

  #read(): SmtpServerEvent | undefined {
    if (this.#state === "greeting") return { type: "connected" };
    if (this.#content !== undefined && (this.#state === "content" || this.#state === "chunk"))
      return this.#content.next(this.#buffer);
    if (this.#draining && this.#isBetweenTransactions() && !this.#isWithinLine())
      return {
        type: "leaving",
        reply: { code: 421, enhanced: "4.3.2", lines: [`${this.#offer.hostname} is shutting down`] },
      };
    const line = this.#lines.next(this.#buffer);
    if (line !== undefined) return this.#readLine(line);
    // Whoever types LF alone would wait for ever for an answer.
    if (this.#lines.bareLf) throw this.#bareLf();
    return undefined;
  }

  #readLine(line: Line): SmtpServerEvent | undefined {
    if (line.type === "refused") {
      if (line.why === "bare-lf") throw this.#bareLf();
      return this.#refuse("a line", line.why === "too-long" ? this.#tooLong() : syntax(LINE_ENDS));
    }
    const text = decodeCommand(line.octets);
    if (text === undefined) return this.#refuse("a line", syntax("That is neither ASCII nor UTF-8 text"));
    if (this.#state === "challenge") return readResponse(text);
    if (++this.#commands > this.#limits.commands) throw this.#over("Too many commands");
    const event = readCommand(text, line.octets.length + 2, {
      state: this.#state,
      offer: this.#offer,
      limits: this.#limits,
      extended: this.#extended,
      authenticated: this.#authenticated,
      recipients: this.#recipients,
    });
    if (event.type !== "bdat") return event;
    return this.#beginChunk(event.octets, event.last, event.refusal);
  }

  /** RFC 3030 §2: the octets come behind the command, whatever it is answered. */
  #beginChunk(octets: number, last: boolean, refusal: Reply | undefined): SmtpServerEvent | undefined {
    const first = this.#content === undefined;
    this.#content ??= new ServerContent("BDAT", this.#limits);
    this.#content.beginChunk(octets, last);
    if (refusal !== undefined) this.#content.refuse(refusal);
    if (first && refusal === undefined) return { type: "data", by: "BDAT" };
    this.#state = "chunk";
    return this.#content.next(this.#buffer);
  }

  #refuse(what: string, reply: Reply): SmtpServerEvent {
    return { type: "refused", what, reply };
  }

  #tooLong(): Reply {
    return syntax(`A line has at most ${this.#limits.commandLine} octets`);
  }

  #bareLf(): RemoteError<SmtpServerAction> {
    return new RemoteError<SmtpServerAction>("SMTP_BARE_LINE_END", LINE_ENDS, {
      type: "reply",
      reply: syntax(LINE_ENDS),
    });
  }

  #over(why: string): LimitError<SmtpServerAction> {
    const reply = { code: 421, enhanced: "4.7.0", lines: [`${why}, closing`] };
    return new LimitError<SmtpServerAction>("SMTP_LIMIT", why, { type: "reply", reply });
  }

  #rest(): Rest {
    if (this.#told === "timeout") {
      const reply = {
        code: 421,
        enhanced: "4.4.2",
        lines: [`${this.#offer.hostname} waited too long, closing`],
      };
      throw new RemoteError<SmtpServerAction>("SMTP_TIMEOUT", "the client was silent for too long", {
        type: "reply",
        reply,
      });
    }
    if (this.#told === "end") {
      this.#state = "closed";
      return "closed";
    }
    return "need-data";
  }

  /** Also one whose octets were read over, since it is too long: its end has yet to come. */
  #isWithinLine(): boolean {
    return this.#buffer.length > 0 || this.#lines.begun;
  }

  #isBetweenTransactions(): boolean {
    return this.#state === "start" || this.#state === "ready";
  }

  // ── the session's side
  send(action: SmtpServerAction): Uint8Array | readonly Uint8Array[] {
    const due = this.#due;
    if (action.type === "take") return this.#take(due);
    if (action.type === "challenge") {
      if (due !== "authenticate" && due !== "response") throw unasked("a challenge");
      this.#due = undefined;
      this.#state = "challenge";
      return encodeUtf8(`334 ${encodeBase64(action.octets)}\r\n`);
    }
    return this.#reply(action.reply, due);
  }

  #take(due: Due | undefined): readonly Uint8Array[] {
    if (due !== "data" || this.#content === undefined) throw unasked("take");
    this.#due = undefined;
    this.#state = "chunk";
    return [];
  }

  #reply(reply: Reply, due: Due | undefined): Uint8Array | readonly Uint8Array[] {
    // 421 may be said at any time (RFC 5321 §3.8); so may the answer to what was fatal.
    if (due === undefined && reply.code < 400) throw unasked("a reply");
    if (due === "data" && this.#content !== undefined) {
      // A refused BDAT is answered behind its octets.
      if (reply.code !== 421) {
        this.#due = undefined;
        this.#content.refuse(reply);
        this.#state = "chunk";
        return new Uint8Array(0);
      }
    }
    const said = due === "connected" && this.#early && reply.code === 220 ? EARLY : reply;
    const octets = replyOctets(said, { enhanced: this.#extended });
    this.#due = undefined;
    this.#count(said, due);
    const next = said.code === 421 ? "closed" : this.#after(said, due);
    const tooMuch = next === "closed" ? undefined : this.#tooMuch();
    this.#state = tooMuch === undefined ? next : "closed";
    return tooMuch === undefined ? octets : [octets, replyOctets(tooMuch, { enhanced: this.#extended })];
  }

  /** RFC 5321 §3.8: who goes on and on is told so before we close. */
  #tooMuch(): Reply | undefined {
    if (this.#failedLogins >= this.#limits.authTries)
      return { code: 421, enhanced: "4.7.0", lines: ["Too many logins that failed, closing"] };
    if (this.#errors >= this.#limits.errors)
      return { code: 421, enhanced: "4.7.0", lines: ["Too many errors, closing"] };
    return undefined;
  }

  #count({ code }: Reply, due: Due | undefined): void {
    if (code < 400) return;
    if (due === "authenticate" || due === "response") this.#failedLogins++;
    else this.#errors++;
  }

  /** Where the reply leads: the table of RFC 5321 §4.1.4 and §4.3.2. */
  #after({ code }: Reply, due: Due | undefined): SmtpState {
    const good = code < 400;
    switch (due) {
      case "connected":
        return good ? "start" : "closed";
      case "hello":
        if (!good) return this.#state;
        this.#forget();
        this.#greeted = true;
        this.#extended = this.#extending;
        return "ready";
      case "mail":
        return good ? "mail" : "ready";
      case "rcpt":
        if (good) this.#recipients++;
        return good ? "rcpt" : this.#state;
      case "data":
        if (!good) return this.#state;
        this.#content = new ServerContent("DATA", this.#limits);
        return "content";
      case "chunk":
        return "chunks";
      case "end":
      case "spoilt":
        this.#forget();
        // A BDAT out of order may have come before EHLO.
        return this.#greeted ? "ready" : "start";
      case "authenticate":
      case "response":
        if (good) this.#authenticated = true;
        return "ready";
      case "starttls":
        return good ? "tls" : "ready";
      case "reset":
        this.#forget();
        return this.#greeted ? "ready" : "start";
      case "other":
        return code === 221 ? "closed" : this.#state;
      case "leaving":
        return "closed";
      case "verify":
      case "refused":
        return this.#state === "challenge" ? "ready" : this.#state;
      case undefined:
        return "closed";
    }
  }

  /** RFC 5321 §4.1.1.5: buffers are cleared; the greeting stands. */
  #forget(): void {
    this.#content = undefined;
    this.#recipients = 0;
  }
}

const EARLY: Reply = {
  code: 554,
  enhanced: "5.5.1",
  lines: ["You spoke before you were greeted: a mail program waits for the greeting"],
};

function syntax(text: string): Reply {
  return { code: 500, enhanced: "5.5.2", lines: [text] };
}

function unasked(what: string): LocalError {
  return new LocalError("SMTP_UNASKED", `${what} that nothing waits for`);
}
