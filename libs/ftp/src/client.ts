/**
 * RFC 959, with RFC 2228 and 4217 (AUTH TLS), 2389, 2428 and 3659: the client's side of the control connection. One
 * command at a time, ABOR behind a transfer; each reply is matched to what was asked, and one that was not asked for ends
 * it. It leaves out urgent data, which Node cannot send, and what to do about a refusal.
 */
import {
  Answers,
  LimitError,
  LocalError,
  type RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { formatClientCommand } from "./client-commands.ts";
import type { AskedFtp, FtpClientAction, FtpClientEvent } from "./client-events.ts";
import {
  ftpClientLegality,
  waitFor,
  whereTo,
  type FtpClientState,
  type FtpClientWait,
} from "./client-legality.ts";
import { defaultFtpClientLimits, type FtpClientLimits } from "./client-limits.ts";
import { ReplyReader, type Reply } from "./replies.ts";

export interface FtpClientOptions {
  readonly limits?: Partial<FtpClientLimits>;
  /** RFC 4217 §4: behind AUTH TLS there is no second greeting, the login is due. Default false. */
  readonly greeted?: boolean;
}

const NOTHING = new Uint8Array(0);

export class FtpClient implements Core<FtpClientEvent, FtpClientAction, FtpClientWait> {
  readonly #limits: FtpClientLimits;
  readonly #answers = new Answers("FTP");
  readonly #replies: ReplyReader;
  /** What waits for its reply; the second can only be ABOR. */
  readonly #asked: AskedFtp[] = [];
  #state: FtpClientState;
  /** Where the command that runs was sent. */
  #back: FtpClientState = "start";
  #preliminaries = 0;
  /** A reply that ended the transfer and answers ABOR as well. */
  #both: Reply | undefined;

  constructor(options: FtpClientOptions = {}) {
    this.#limits = { ...defaultFtpClientLimits, ...options.limits };
    this.#replies = new ReplyReader(this.#limits);
    this.#state = options.greeted === true ? "start" : "greeting";
    if (options.greeted !== true) this.#asked.push("greeting");
  }

  get state(): FtpClientState {
    return this.#state;
  }

  /** What was sent and is not answered yet. */
  get outstanding(): readonly AskedFtp[] {
    return this.#asked;
  }

  get waitingFor(): FtpClientWait | "us" {
    const [first] = this.#asked;
    if (first === undefined) return this.#answers.unasked ? "command" : "us";
    return waitFor(first, this.#state);
  }

  receive(input: Input): void {
    this.#answers.receive(input);
  }

  unread(): Uint8Array {
    return this.#answers.unread();
  }

  // ── in
  next(): FtpClientEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "securing") return "paused";
    try {
      return this.#read() ?? this.#rest();
    } catch (error) {
      this.#state = "closed";
      throw error;
    }
  }

  #read(): FtpClientEvent | undefined {
    const reply = this.#both ?? this.#replies.next(this.#answers.buffer);
    if (reply === undefined) return undefined;
    this.#both = undefined;
    // RFC 959 §4.2.2: 421 may be the reply to any command, and comes unasked where the server closes.
    if (reply.code === 421) {
      this.#state = "closed";
      return { type: "closing", reply };
    }
    const [to] = this.#asked;
    const leads = to === undefined ? undefined : whereTo(to, reply.code);
    if (to === undefined || leads === undefined) throw this.#outOfPlace(to, reply);
    return reply.code < 200 ? this.#preliminary(to, reply) : this.#answered(to, reply, leads);
  }

  #preliminary(to: AskedFtp, reply: Reply): FtpClientEvent {
    if (++this.#preliminaries > this.#limits.preliminaries)
      throw new LimitError(
        "FTP_REPLY_LIMIT",
        `more than ${this.#limits.preliminaries} preliminary replies came`,
      );
    if (this.#state === "opening") this.#state = "transfer";
    return { type: "preliminary", to, reply };
  }

  #answered(to: AskedFtp, reply: Reply, leads: FtpClientState | "back"): FtpClientEvent {
    // RFC 959 §5.4: a transfer that was carried out had a preliminary reply; what was cut off may end without.
    const begun = this.#state === "transfer" || this.#state === "completing" || this.#state === "aborting";
    if (to !== "greeting" && ftpClientLegality[to].sent === "opening" && reply.code < 400 && !begun)
      throw this.#outOfPlace(to, reply);
    this.#asked.shift();
    // RFC 959 §4.2.2: 225, no transfer in progress, answers ABOR alone: this one's reply never came, nor will it.
    if (this.#state === "aborting" && to !== "ABOR" && reply.code === 225) this.#both = reply;
    // The reply of ABOR itself is still due.
    if (this.#asked.length === 0) this.#state = leads === "back" ? this.#back : leads;
    return { type: "reply", to, reply };
  }

  #rest(): Rest {
    const [due] = this.#asked;
    const rest = this.#answers.rest(due && this.#answers.to(due));
    if (rest === "closed") this.#state = "closed";
    return rest;
  }

  #outOfPlace(to: AskedFtp | undefined, { code }: Reply): RemoteError {
    return this.#answers.outOfPlace(`a ${code}`, to && this.#answers.to(to));
  }

  // ── out
  send(action: FtpClientAction): Uint8Array {
    if (action.type === "ended") return this.#ended();
    const { verb, argument } = action;
    const { legal, sent } = ftpClientLegality[verb];
    if (!legal.includes(this.#state))
      throw new LocalError("FTP_ILLEGAL_SEND", `${verb} is not legal while the client is "${this.#state}"`);
    const line = formatClientCommand(verb, argument, this.#limits.commandLine);
    const aborts = sent === "aborting";
    if (!aborts && (this.#answers.buffer.length > 0 || this.#replies.begun)) {
      // A reply that is here before its command was not made for it; it may still become a 421.
      this.#answers.comeUnasked();
      return NOTHING;
    }
    if (!aborts) {
      this.#back = this.#state;
      this.#preliminaries = 0;
    }
    this.#asked.push(verb);
    this.#state = sent;
    return line;
  }

  /** The data connection may be done with before, and after, the reply that ends the transfer is here. */
  #ended(): Uint8Array {
    if (this.#state === "transfer") this.#state = "completing";
    return NOTHING;
  }
}
