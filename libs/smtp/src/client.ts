/**
 * RFC 5321, with PIPELINING (RFC 2920), BDAT (RFC 3030), STARTTLS (RFC 3207) and AUTH (RFC 4954): the client's side of
 * one connection. Each reply is matched to what was asked, in order; one that was not asked for ends it. It leaves out
 * what to do about a refusal, BINARYMIME and EXPN.
 */
import {
  Answers,
  decodeBase64,
  DotWriter,
  encodeLatin1,
  encodeUtf8,
  LimitError,
  LocalError,
  type RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { formatResponse, formatCommand } from "./client-commands.ts";
import type { Asked, SmtpClientAction, SmtpClientEvent } from "./client-events.ts";
import {
  fits,
  smtpClientLegality,
  waits,
  type SmtpClientState,
  type SmtpClientWait,
} from "./client-legality.ts";
import { defaultSmtpClientLimits, type SmtpClientLimits } from "./client-limits.ts";
import type { Reply } from "./envelope.ts";
import { noExtensions, parseExtensions, type Extensions } from "./replies-extensions.ts";
import { ReplyReader } from "./replies.ts";

export interface SmtpClientOptions {
  readonly limits?: Partial<SmtpClientLimits>;
  /** RFC 3207 §4.2: behind STARTTLS there is no second greeting, EHLO is due. Default false. */
  readonly greeted?: boolean;
}

const NOTHING: readonly Uint8Array[] = [];

export class SmtpClient implements Core<SmtpClientEvent, SmtpClientAction, SmtpClientWait> {
  readonly #limits: SmtpClientLimits;
  readonly #answers = new Answers("SMTP");
  readonly #replies: ReplyReader;
  /** What waits for its reply, in the order sent; the first is answered next. */
  readonly #asked: Asked[] = [];
  #state: SmtpClientState;
  /** Where the reply to what is held leads back to. */
  #back: SmtpClientState = "ready";
  #extensions = noExtensions;
  #content = new DotWriter();
  #challenges = 0;
  #authenticated = false;
  /** The reply to the content began before the content ended. */
  #early = false;

  constructor(options: SmtpClientOptions = {}) {
    this.#limits = { ...defaultSmtpClientLimits, ...options.limits };
    this.#replies = new ReplyReader(this.#limits);
    this.#state = options.greeted === true ? "hello" : "greeting";
    if (options.greeted !== true) this.#asked.push("greeting");
  }

  get state(): SmtpClientState {
    return this.#state;
  }

  /** What the last EHLO was answered with; nothing before it and after HELO. */
  get extensions(): Extensions {
    return this.#extensions;
  }

  /** What was sent and is not answered yet. After the end nobody knows whether it was carried out. */
  get outstanding(): readonly Asked[] {
    return this.#asked;
  }

  get waitingFor(): SmtpClientWait | "us" {
    const first = this.#asked[0];
    if (first === undefined) return this.#answers.unasked ? "command" : "us";
    return waits[first];
  }

  receive(input: Input): void {
    this.#answers.receive(input);
  }

  unread(): Uint8Array {
    return this.#answers.unread();
  }

  // ── in
  next(): SmtpClientEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "securing") return "paused";
    try {
      return this.#read() ?? this.#rest();
    } catch (error) {
      this.#state = "closed";
      throw error;
    }
  }

  #read(): SmtpClientEvent | undefined {
    const to = this.#asked[0];
    const reply = this.#replies.next(
      this.#answers.buffer,
      to !== "greeting" && to !== "EHLO" && to !== "HELO",
    );
    if (reply === undefined) return undefined;
    // RFC 5321 §3.8, §4.2.2: 421 may come at any time, to any command or to none.
    if (reply.code === 421) {
      this.#state = "closed";
      return { type: "closing", reply };
    }
    if (to === undefined) return this.#unaskedReply(reply);
    if (!fits(to, reply) || (to === "content" && this.#early && reply.code < 400))
      throw this.#outOfPlace(to, reply);
    return this.#answered(to, reply);
  }

  /** Nothing is due. While the content runs a server may have had enough of it; whether it reads on is not to be told. */
  #unaskedReply(reply: Reply): SmtpClientEvent {
    if (this.#state !== "content" || reply.code < 400) throw this.#outOfPlace(undefined, reply);
    this.#state = "closed";
    return { type: "reply", to: "content", reply };
  }

  #answered(to: Asked, reply: Reply): SmtpClientEvent {
    if (to === "AUTH" && reply.code === 334) return this.#challenged(reply);
    this.#asked.shift();
    this.#follow(to, reply, reply.code < 400);
    return { type: "reply", to, reply };
  }

  /** Where a reply leads. */
  #follow(to: Asked, reply: Reply, carriedOut: boolean): void {
    switch (to) {
      case "greeting":
        this.#state = carriedOut ? "hello" : "refused";
        return;
      case "EHLO":
      case "HELO":
        if (carriedOut) this.#extensions = to === "EHLO" ? parseExtensions(reply) : noExtensions;
        this.#state = carriedOut ? "ready" : this.#back;
        return;
      case "MAIL":
        // There is no transaction; what was sent ahead into it is still answered.
        if (carriedOut) return;
        // Not where the transaction behind it is under way already.
        if (this.#asked.includes("MAIL")) return;
        if (this.#state === "envelope") this.#state = "ready";
        this.#back = "ready";
        return;
      case "DATA":
        this.#state = carriedOut ? "content" : this.#back;
        this.#content = new DotWriter();
        this.#early = false;
        return;
      case "STARTTLS":
        this.#state = carriedOut ? "securing" : "ready";
        return;
      case "AUTH":
        this.#authenticated = carriedOut;
        this.#state = "ready";
        return;
      case "NOOP":
      case "VRFY":
        this.#state = this.#back;
        return;
      case "QUIT":
        this.#state = "closed";
        return;
      case "RCPT":
      case "content":
      case "BDAT":
      case "RSET":
        return;
    }
  }

  /** The exchange goes on: its reply is still due. */
  #challenged({ lines }: Reply): SmtpClientEvent {
    if (++this.#challenges > this.#limits.challenges)
      throw new LimitError("SMTP_CHALLENGES", `more than ${this.#limits.challenges} challenges came`);
    this.#asked.shift();
    this.#state = "challenged";
    return { type: "challenge", octets: lines.length === 1 ? decodeBase64(lines[0] ?? "") : undefined };
  }

  #rest(): Rest {
    const due = this.#asked[0] ?? (this.#state === "content" ? "content" : undefined);
    const rest = this.#answers.rest(due && this.#dueText(due));
    if (rest === "closed") this.#state = "closed";
    return rest;
  }

  #dueText(due: Asked): string {
    return due === "content" ? "the reply to the message" : this.#answers.to(due);
  }

  #outOfPlace(to: Asked | undefined, { code }: Reply): RemoteError {
    return this.#answers.outOfPlace(`a ${code}`, to && this.#dueText(to));
  }

  // ── out
  send(action: SmtpClientAction): Uint8Array | readonly Uint8Array[] {
    const { legal, leads } = smtpClientLegality[action.type];
    if (!legal.includes(this.#state))
      throw new LocalError(
        "SMTP_ILLEGAL_SEND",
        `${action.type} is not legal while the client is "${this.#state}"`,
      );
    if (action.type === "content") return this.#content.data(action.octets);
    if (action.type !== "end") this.#checkAhead(action);
    const pieces = this.#pieces(action);
    if (this.#asked.length === 0 && (this.#answers.buffer.length > 0 || this.#replies.begun)) {
      // A reply that is here before its command was not made for it; it may still become a 421.
      if (action.type !== "end") {
        this.#answers.comeUnasked();
        return NOTHING;
      }
      this.#early = true;
    }
    this.#asked.push(askedBy(action));
    if (leads === "held") this.#back = this.#state;
    if (leads !== "same") this.#state = action.type === "bdat" && action.last ? "ready" : leads;
    return pieces;
  }

  #checkAhead(action: SmtpClientAction): void {
    if (this.#asked.length > 0 && !this.#extensions.pipelining)
      throw new LocalError("SMTP_PIPELINING", `${action.type} was sent ahead to a server without PIPELINING`);
    if (this.#asked.length >= this.#limits.outstanding)
      throw new LocalError("SMTP_OUTSTANDING", `${this.#asked.length} commands wait for their reply already`);
  }

  /** What goes over the wire; LocalError leaves everything as it was. */
  #pieces(action: Exclude<SmtpClientAction, { readonly type: "content" }>): readonly Uint8Array[] {
    if (action.type === "end") return this.#content.end();
    if (action.type === "bdat") return this.#chunk(action.octets, action.last);
    if (action.type === "respond") return [encodeLatin1(formatResponse(action.octets))];
    // RFC 4954 §4: after a successful AUTH no other may be issued.
    if (action.type === "auth" && this.#authenticated)
      throw new LocalError("SMTP_ILLEGAL_SEND", "we are logged in already");
    // RFC 3207 §4.2: what was learnt in the clear is forgotten: nothing may be under way.
    if (action.type === "starttls" && this.#asked.length > 0)
      throw new LocalError("SMTP_PIPELINING", "STARTTLS is sent on its own");
    if (action.type === "auth") this.#challenges = 0;
    return [encodeUtf8(formatCommand(action, this.#extensions))];
  }

  /** RFC 3030 §2: the octets as they are. The dot-writer only judges the line ends: no message may hold another. */
  #chunk(octets: Uint8Array, last: boolean): readonly Uint8Array[] {
    if (!this.#extensions.chunking)
      throw new LocalError("SMTP_NOT_OFFERED", "the server does not offer CHUNKING");
    if (this.#state !== "chunks") this.#content = new DotWriter();
    this.#content.data(octets);
    // Two pieces: the text has no line end of its own, so that one stands before the dot.
    const [ending, dot] = last ? this.#content.end() : NOTHING;
    const closing = dot === undefined || ending === undefined ? NOTHING : [ending];
    const length = octets.length + (closing[0]?.length ?? 0);
    return [encodeLatin1(`BDAT ${length}${last ? " LAST" : ""}\r\n`), octets, ...closing];
  }
}

function askedBy(action: Exclude<SmtpClientAction, { readonly type: "content" }>): Asked {
  switch (action.type) {
    case "ehlo":
      return "EHLO";
    case "helo":
      return "HELO";
    case "starttls":
      return "STARTTLS";
    case "auth":
    case "respond":
      return "AUTH";
    case "mail":
      return "MAIL";
    case "rcpt":
      return "RCPT";
    case "data":
      return "DATA";
    case "end":
      return "content";
    case "bdat":
      return "BDAT";
    case "rset":
      return "RSET";
    case "noop":
      return "NOOP";
    case "vrfy":
      return "VRFY";
    case "quit":
      return "QUIT";
  }
}
