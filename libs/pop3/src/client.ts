/**
 * RFC 1939, with CAPA and PIPELINING (RFC 2449), STLS (RFC 2595) and AUTH (RFC 5034): the client's side of one
 * connection. Each response is matched to what was asked, in order; one that was not asked for ends it. Left out: APOP.
 */
import {
  Answers,
  decodeBase64,
  DotReader,
  encodeUtf8,
  LimitError,
  LocalError,
  RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { formatPop3Command, verbOf } from "./client-commands.ts";
import type { Pop3Asked, Pop3ClientAction, Pop3ClientEvent, Pop3Listed } from "./client-events.ts";
import {
  pop3ClientLegality,
  pop3Waits,
  type Pop3ClientState,
  type Pop3ClientWait,
} from "./client-legality.ts";
import { defaultPop3ClientLimits, type Pop3ClientLimits } from "./client-limits.ts";
import { noCapabilities, parseCapabilities, type Pop3Capabilities } from "./listings.ts";
import { ResponseLines, responseOf, scanStatus, type Pop3Response } from "./responses.ts";

export interface Pop3ClientOptions {
  readonly limits?: Partial<Pop3ClientLimits>;
  /** RFC 2595 §4: behind STLS there is no second greeting. Default false. */
  readonly greeted?: boolean;
}

/** What comes behind a good response. */
type Content =
  | { readonly type: "message"; readonly to: "RETR" | "TOP" }
  | { readonly type: "listing"; readonly to: Pop3Listed };

interface Due {
  readonly to: Pop3Asked;
  readonly content: Content | undefined;
}

const GREETING: Due = { to: "greeting", content: undefined };

export class Pop3Client implements Core<Pop3ClientEvent, Pop3ClientAction, Pop3ClientWait> {
  readonly #limits: Pop3ClientLimits;
  readonly #answers = new Answers("POP3");
  readonly #lines: ResponseLines;
  /** What waits for its response, in the order sent; the first is answered next, or its content runs. */
  readonly #due: Due[] = [];
  #state: Pop3ClientState;
  /** What is read of the first that is due; undefined: its response. */
  #content: Content | undefined;
  #dots = new DotReader();
  /** Octets of the message, or lines of the listing. */
  #count = 0;
  #offered: string[] = [];
  #capabilities = noCapabilities;
  #challenges = 0;

  constructor(options: Pop3ClientOptions = {}) {
    this.#limits = { ...defaultPop3ClientLimits, ...options.limits };
    this.#lines = new ResponseLines(this.#limits);
    this.#state = options.greeted === true ? "authorization" : "greeting";
    if (options.greeted !== true) this.#due.push(GREETING);
  }

  get state(): Pop3ClientState {
    return this.#state;
  }

  /** What the last CAPA was answered with. */
  get capabilities(): Pop3Capabilities {
    return this.#capabilities;
  }

  /** What was sent and is not answered to its end yet. */
  get outstanding(): readonly Pop3Asked[] {
    return this.#due.map(({ to }) => to);
  }

  get waitingFor(): Pop3ClientWait | "us" {
    const first = this.#due[0];
    if (first === undefined) return this.#answers.unasked ? "command" : "us";
    return this.#content === undefined ? pop3Waits[first.to] : "content";
  }

  receive(input: Input): void {
    this.#answers.receive(input);
  }

  unread(): Uint8Array {
    return this.#answers.unread();
  }

  // ── in
  next(): Pop3ClientEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "securing") return "paused";
    try {
      return this.#read() ?? this.#rest();
    } catch (error) {
      this.#state = "closed";
      throw error;
    }
  }

  #read(): Pop3ClientEvent | undefined {
    const content = this.#content;
    if (content === undefined) return this.#response();
    return content.type === "message" ? this.#piece(content.to) : this.#listed(content.to);
  }

  #response(): Pop3ClientEvent | undefined {
    const line = this.#lines.next(this.#answers.buffer);
    if (line === undefined) return undefined;
    const words = scanStatus(line);
    if (words === undefined)
      throw new RemoteError("POP3_RESPONSE", "the server sent a line that begins with neither +OK nor -ERR");
    const [due] = this.#due;
    if (words.status === "+") {
      if (due?.to !== "AUTH") throw this.#answers.outOfPlace("a challenge", due && this.#answers.to(due.to));
      return this.#challenged(words.rest);
    }
    const response = responseOf(words);
    if (due === undefined) return this.#unaskedResponse(response);
    if (response.good && due.content !== undefined) this.#begin(due.content);
    else {
      this.#due.shift();
      this.#follow(due.to, response.good);
    }
    return { type: "response", to: due.to, response };
  }

  /** Servers in use say why they leave (too long idle, shut down), though RFC 1939 §3 has them go without a word. */
  #unaskedResponse(response: Pop3Response): Pop3ClientEvent {
    if (response.good) throw this.#answers.outOfPlace("a +OK", undefined);
    this.#state = "closed";
    return { type: "closing", response };
  }

  /** Where a response leads. */
  #follow(to: Pop3Asked, good: boolean): void {
    switch (to) {
      case "greeting":
        this.#state = good ? "authorization" : "refused";
        return;
      case "USER":
        this.#state = good ? "named" : "authorization";
        return;
      case "PASS":
      case "AUTH":
        this.#state = good ? "transaction" : "authorization";
        return;
      case "STLS":
        this.#state = good ? "securing" : "authorization";
        return;
      case "QUIT":
        this.#state = "closed";
        return;
      case "CAPA":
        // RFC 2449 §5: a server that does not know CAPA has told nothing of what it can.
        this.#capabilities = noCapabilities;
        return;
      case "STAT":
      case "LIST":
      case "UIDL":
      case "RETR":
      case "TOP":
      case "DELE":
      case "NOOP":
      case "RSET":
        return;
    }
  }

  /** The exchange goes on: its response is still due. */
  #challenged(coded: string): Pop3ClientEvent {
    if (++this.#challenges > this.#limits.challenges)
      throw new LimitError("POP3_CHALLENGES", `more than ${this.#limits.challenges} challenges came`);
    this.#due.shift();
    this.#state = "challenged";
    return { type: "challenge", octets: decodeBase64(coded) };
  }

  #begin(content: Content): void {
    this.#content = content;
    this.#dots = new DotReader();
    this.#count = 0;
    this.#offered = [];
  }

  #finish(to: Content["to"]): Pop3ClientEvent {
    this.#due.shift();
    this.#content = undefined;
    return { type: "end", to, bare: to === "RETR" || to === "TOP" ? this.#dots.text.bare : undefined };
  }

  #piece(to: "RETR" | "TOP"): Pop3ClientEvent | undefined {
    const limit = this.#limits.message;
    if (this.#count > limit)
      throw new LimitError("POP3_MESSAGE_LIMIT", `the server sent a message of more than ${limit} octets`);
    const octets = this.#dots.next(this.#answers.buffer);
    if (octets === undefined) return undefined;
    if (octets === "end") return this.#finish(to);
    const room = limit - this.#count;
    this.#count += octets.length;
    // How the octets were cut must not decide what is told of them: first what is within the limit.
    return { type: "piece", octets: octets.length > room ? octets.subarray(0, room) : octets };
  }

  #listed(to: Pop3Listed): Pop3ClientEvent | undefined {
    const line = this.#lines.next(this.#answers.buffer);
    if (line === undefined) return undefined;
    if (line === ".") {
      if (to === "CAPA") this.#capabilities = parseCapabilities(this.#offered);
      return this.#finish(to);
    }
    const limit = to === "CAPA" ? this.#limits.capabilities : this.#limits.lines;
    if (++this.#count > limit)
      throw new LimitError("POP3_LISTING_LIMIT", `the server sent more than ${limit} lines to ${to}`);
    // RFC 1939 §3: a line that begins with a dot has one more.
    const text = line.startsWith(".") ? line.slice(1) : line;
    if (to === "CAPA") this.#offered.push(text);
    return { type: "line", to, text };
  }

  #rest(): Rest {
    const [due] = this.#due;
    const rest = this.#answers.rest(due && this.#dueText(due));
    if (rest === "closed") this.#state = "closed";
    return rest;
  }

  #dueText(due: Due): string {
    if (this.#content === undefined) return this.#answers.to(due.to);
    return this.#content.type === "message" ? "the end of a message" : `the end of the answer to ${due.to}`;
  }

  // ── out
  send(action: Pop3ClientAction): Uint8Array | readonly Uint8Array[] {
    const { legal, leads } = pop3ClientLegality[action.type];
    if (!legal.includes(this.#state))
      throw new LocalError(
        "POP3_ILLEGAL_SEND",
        `${action.type} is not legal while the client is "${this.#state}"`,
      );
    this.#checkAhead(action);
    const line = formatPop3Command(action, this.#capabilities);
    if (this.#due.length === 0 && (this.#answers.buffer.length > 0 || this.#lines.begun)) {
      // A response that is here before its command was not made for it; it may still become the server's farewell.
      this.#answers.comeUnasked();
      return [];
    }
    if (action.type === "auth") this.#challenges = 0;
    this.#due.push({ to: verbOf[action.type], content: contentOf(action) });
    if (leads !== "same") this.#state = leads;
    return encodeUtf8(line);
  }

  #checkAhead({ type }: Pop3ClientAction): void {
    if (this.#due.length === 0) return;
    if (!this.#capabilities.pipelining)
      throw new LocalError("POP3_PIPELINING", `${type} was sent ahead to a server without PIPELINING`);
    // RFC 2449 §6.6, RFC 2595 §4, RFC 5034 §4: what they are answered decides what may be said at all.
    if (pop3ClientLegality[type].leads === "held")
      throw new LocalError("POP3_PIPELINING", `${type} is sent on its own`);
    if (this.#due.length >= this.#limits.outstanding)
      throw new LocalError(
        "POP3_OUTSTANDING",
        `${this.#due.length} commands wait for their response already`,
      );
  }
}

function contentOf(action: Pop3ClientAction): Content | undefined {
  switch (action.type) {
    case "retr":
      return { type: "message", to: "RETR" };
    case "top":
      return { type: "message", to: "TOP" };
    case "capa":
      return { type: "listing", to: "CAPA" };
    case "list":
      return action.number === undefined ? { type: "listing", to: "LIST" } : undefined;
    case "uidl":
      return action.number === undefined ? { type: "listing", to: "UIDL" } : undefined;
    case "stls":
    case "user":
    case "pass":
    case "auth":
    case "respond":
    case "stat":
    case "dele":
    case "noop":
    case "rset":
    case "quit":
      return undefined;
  }
}
