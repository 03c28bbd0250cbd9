/**
 * RFC 1939, a server, with CAPA (RFC 2449), STLS (RFC 2595) and AUTH (RFC 5034). Left out: APOP, which asks for
 * passwords that are kept in clear and for MD5. Whose mailbox it is and what is in it the session knows.
 */
import {
  decodeBase64,
  decodeUtf8,
  DotWriter,
  encodeBase64,
  encodeUtf8,
  LineReader,
  LocalError,
  ReceiveBuffer,
  RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { commands, isVerb, type Pop3State, type Verb } from "./commands.ts";
import type { Pop3ServerAction, Pop3ServerEvent, Pop3ServerWait } from "./events.ts";
import { defaultPop3Limits, type Pop3Limits } from "./limits.ts";

export interface Pop3ServerOptions {
  /** STLS has been done: no second greeting. */
  readonly afterTls?: boolean;
  readonly stls: boolean;
  /** USER and PASS are taken. */
  readonly passwords: boolean;
  /** SASL mechanisms that may be used as things stand. */
  readonly mechanisms: readonly string[];
  readonly limits?: Partial<Pop3Limits>;
}

const CRLF_TEXT = "Lines end in CR LF here: by hand use a client that sends both";

export class Pop3Server implements Core<Pop3ServerEvent, Pop3ServerAction, Pop3ServerWait> {
  readonly #options: Pop3ServerOptions;
  readonly #limits: Pop3Limits;
  readonly #buffer = new ReceiveBuffer();
  readonly #lines: LineReader;
  #state: Pop3State;
  #due: Pop3ServerEvent["type"] | undefined;
  #user: string | undefined;
  /** A message is on its way out. */
  #dots: DotWriter | undefined;
  #errors = 0;
  #told: "end" | "timeout" | undefined;
  #draining = false;

  constructor(options: Pop3ServerOptions) {
    this.#options = options;
    this.#limits = { ...defaultPop3Limits, ...options.limits };
    this.#lines = new LineReader({ maxOctets: this.#limits.authLine - 2 });
    this.#state = options.afterTls === true ? "authorization" : "greeting";
  }

  get state(): Pop3State {
    return this.#state;
  }

  get waitingFor(): Pop3ServerWait | "us" {
    if (this.#due !== undefined || this.#state === "greeting" || this.#state === "tls") return "us";
    return this.#state === "challenge" ? "challenge" : "command";
  }

  receive(input: Input): void {
    if (input === "drain") this.#draining = true;
    else if (typeof input === "string") this.#told = input;
    else this.#buffer.push(input);
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): Pop3ServerEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#due !== undefined || this.#state === "tls") return "paused";
    const event = this.#state === "greeting" ? ({ type: "connected" } as const) : this.#read();
    if (event === undefined) return this.#rest();
    this.#due = event.type;
    return event;
  }

  #read(): Pop3ServerEvent | undefined {
    const line = this.#lines.next(this.#buffer);
    if (line === undefined) {
      // Whoever types LF alone would wait for ever for an answer.
      if (this.#lines.bareLf) throw fatal("POP3_BARE_LF", CRLF_TEXT);
      return undefined;
    }
    if (line.type === "refused") {
      if (line.why === "bare-lf") throw fatal("POP3_BARE_LF", CRLF_TEXT);
      return refused(line.why === "too-long" ? "This line is too long" : CRLF_TEXT);
    }
    const text = line.octets.includes(0) ? undefined : decodeUtf8(line.octets);
    if (text === undefined) return refused("That is no text");
    if (this.#state === "challenge") return response(text);
    if (line.octets.length + 2 > this.#limits.commandLine && !/^AUTH /i.test(text))
      return refused(`A command has at most ${this.#limits.commandLine} octets`);
    return this.#command(text);
  }

  #command(text: string): Pop3ServerEvent {
    const blank = text.indexOf(" ");
    const word = (blank < 0 ? text : text.slice(0, blank)).toUpperCase();
    if (!isVerb(word)) return refused("No such command");
    const rule = commands[word];
    const legal: readonly Pop3State[] = rule.legalIn;
    if (!legal.includes(this.#state))
      return refused(this.#state === "transaction" ? "You are logged in already" : "Log in first");
    const argument = blank < 0 ? "" : text.slice(blank + 1);
    const words = argument.split(" ").filter((one) => one !== "");
    if (rule.arguments === "rest" ? argument === "" : !within(words.length, rule.arguments))
      return refused(`${word} takes other arguments`);
    return this.#carryOut(word, argument, words);
  }

  #carryOut(verb: Verb, argument: string, words: readonly string[]): Pop3ServerEvent {
    const [first] = words;
    switch (verb) {
      case "USER":
        if (!this.#options.passwords) return refused("Say STLS first: no password is taken in clear");
        this.#user = argument;
        return said("Now the password");
      case "PASS":
        return this.#login(argument);
      case "AUTH":
        return this.#authenticate(words);
      case "STLS":
        return this.#options.stls ? { type: "stls" } : refused("There is no TLS to begin here");
      case "CAPA":
        return {
          type: "said",
          answer: { type: "lines", text: "What I can do", lines: this.#capabilities() },
        };
      case "QUIT":
        return { type: "quit", update: this.#state === "transaction" };
      case "STAT":
        return { type: "stat" };
      case "LIST":
        return first === undefined ? { type: "list", number: undefined } : numbered("list", first);
      case "UIDL":
        return first === undefined ? { type: "uidl", number: undefined } : numbered("uidl", first);
      case "RETR":
        return numbered("retrieve", first);
      case "TOP":
        return numbered("retrieve", first, words[1]);
      case "DELE":
        return numbered("delete", first);
      case "NOOP":
        return said("Still here");
      case "RSET":
        return { type: "reset" };
    }
  }

  #login(password: string): Pop3ServerEvent {
    const user = this.#user;
    this.#user = undefined;
    // RFC 1939 §7: PASS only directly after a USER that was taken.
    return user === undefined ? refused("Say USER first") : { type: "login", user, password };
  }

  #authenticate([name, coded]: readonly string[]): Pop3ServerEvent {
    const { mechanisms } = this.#options;
    // RFC 5034 §4 leaves the form without argument to old clients, which ask for the list with it.
    if (name === undefined)
      return { type: "said", answer: { type: "lines", text: "Mechanisms", lines: mechanisms } };
    const mechanism = mechanisms.find((one) => one === name.toUpperCase());
    if (mechanism === undefined) return refused("No such mechanism here");
    if (coded === undefined) return { type: "authenticate", mechanism, initial: undefined };
    const initial = coded === "=" ? new Uint8Array(0) : decodeBase64(coded);
    return initial === undefined
      ? refused("That is no base64")
      : { type: "authenticate", mechanism, initial };
  }

  /** RFC 2449 §5, §6. */
  #capabilities(): string[] {
    const { stls, passwords, mechanisms } = this.#options;
    const lines = ["TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "IMPLEMENTATION Socketscope"];
    if (passwords) lines.unshift("USER");
    if (stls && this.#state === "authorization") lines.push("STLS");
    if (mechanisms.length > 0) lines.push(`SASL ${mechanisms.join(" ")}`);
    return lines;
  }

  #rest(): Rest {
    if (this.#told === "end" || (this.#draining && this.#state === "authorization")) {
      // RFC 1939 §6: without QUIT nothing is removed.
      this.#state = "closed";
      return "closed";
    }
    // RFC 1939 §3: the session is closed without entering update, and without a word that nobody asked for.
    if (this.#told === "timeout") {
      this.#state = "closed";
      throw new RemoteError("POP3_TIMEOUT", "the client was silent for too long");
    }
    return "need-data";
  }

  // ── the session's side
  send(action: Pop3ServerAction): Uint8Array | readonly Uint8Array[] {
    switch (action.type) {
      case "data":
        return this.#writer().data(action.octets);
      case "end": {
        const pieces = this.#writer().end();
        this.#dots = undefined;
        this.#settle(true);
        return pieces;
      }
      case "begin":
        this.#check();
        this.#dots = new DotWriter();
        return line(`+OK ${action.text}`);
      case "lines": {
        this.#check();
        this.#settle(true);
        const stuffed = action.lines.map((one) => `${one.startsWith(".") ? "." : ""}${oneLine(one)}\r\n`);
        return encodeUtf8(`+OK ${oneLine(action.text)}\r\n${stuffed.join("")}.\r\n`);
      }
      case "challenge":
        this.#check();
        this.#due = undefined;
        this.#state = "challenge";
        return line(`+ ${encodeBase64(action.octets)}`);
      case "ok":
        this.#check();
        this.#settle(true);
        return line(`+OK ${action.text}`);
      case "err":
        return this.#refuse(action);
    }
  }

  #refuse({ code, text, close }: Pop3ServerAction & { readonly type: "err" }): Uint8Array {
    if (this.#due !== undefined) this.#settle(false);
    if (close === true || ++this.#errors >= this.#limits.errors) this.#state = "closed";
    return line(`-ERR ${code === undefined ? "" : `[${code}] `}${text}`);
  }

  /** Where the answer leads (RFC 1939 §3). */
  #settle(good: boolean): void {
    const due = this.#due;
    this.#due = undefined;
    if (due === "connected") this.#state = good ? "authorization" : "closed";
    else if (due === "login" || due === "authenticate" || due === "response")
      this.#state = good ? "transaction" : "authorization";
    else if (due === "stls" && good) this.#state = "tls";
    else if (due === "quit") this.#state = "closed";
    else if (this.#state === "challenge") this.#state = "authorization";
  }

  #check(): void {
    if (this.#due === undefined || this.#dots !== undefined)
      throw new LocalError("POP3_UNASKED", "an answer that nothing waits for");
  }

  #writer(): DotWriter {
    if (this.#dots === undefined) throw new LocalError("POP3_UNASKED", "content without a beginning");
    return this.#dots;
  }
}

function within(count: number, [least, most]: readonly [number, number]): boolean {
  return count >= least && count <= most;
}

function numbered(
  type: "list" | "uidl" | "retrieve" | "delete",
  text: string | undefined,
  lines?: string,
): Pop3ServerEvent {
  const [number, count] = [numberOf(text), numberOf(lines)];
  if (number === undefined || number === 0 || (lines !== undefined && count === undefined))
    return refused("That is no message number");
  return type === "retrieve" ? { type, number, lines: count } : { type, number };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** RFC 5034 §4: `*` gives up. */
function response(text: string): Pop3ServerEvent {
  if (text === "*") return { type: "response", octets: "cancel" };
  const octets = decodeBase64(text);
  return octets === undefined ? refused("That is no base64") : { type: "response", octets };
}

function said(text: string): Pop3ServerEvent {
  return { type: "said", answer: { type: "ok", text } };
}

function refused(text: string): Pop3ServerEvent {
  return { type: "refused", answer: { type: "err", text } };
}

function fatal(code: string, text: string): RemoteError<Pop3ServerAction> {
  return new RemoteError<Pop3ServerAction>(code, text, { type: "err", text, close: true });
}

function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new LocalError("POP3_LINE", "a line holds CR, LF or NUL");
  return text;
}

function line(text: string): Uint8Array {
  return encodeUtf8(`${oneLine(text)}\r\n`);
}
