/**
 * The server of RFC 959 as a pure core, with RFC 1123 §4.1, 2228, 2389, 2428, 2640, 3659 and 4217. Commands are read
 * while a transfer runs: what needs no data connection is answered before the transfer is. It opens no connection and
 * knows no file; MODE B and C, STRU R and P, and mail (RFC 765) are left out.
 */
import { LimitError, LocalError, RemoteError, type Core, decodeName, type Rest } from "@socketscope/wire";
import {
  canonical,
  commands,
  isTransferVerb,
  isVerb,
  type FtpState,
  type TransferVerb,
  type Verb,
} from "./commands.ts";
import { ControlLines } from "./control-lines.ts";
import { formatPort } from "./grammar.ts";
import { formatReply, reply, type Reply } from "./replies.ts";
import { readCommand, splitCommand } from "./server-command.ts";
import type { FtpServerAction, FtpServerEvent, FtpServerWait } from "./server-events.ts";
import { defaultFtpServerLimits, type FtpServerLimits } from "./server-limits.ts";
import { noChange, refused, type Meaning } from "./server-meaning.ts";
import { freshSettings, usedUp, type FtpSettings } from "./server-settings.ts";

export interface FtpServerOptions {
  /** AUTH TLS is offered. */
  readonly tls: boolean;
  /** The control connection is under TLS, from its first octet or since AUTH. */
  readonly secure: boolean;
  /** CCC is obeyed: behind it commands are in clear, and whoever is on the way can say some. Default false. */
  readonly ccc?: boolean;
  /** MODE Z is offered. Default false: lftp takes it by itself, and is slower with it for small files. */
  readonly modeZ?: boolean;
  /** The greeting was said before AUTH TLS. Default false. */
  readonly afterTls?: boolean;
  /** Of the control connection: 4 is IPv4. */
  readonly family: 4 | 6;
  readonly limits?: Partial<FtpServerLimits>;
}

/** What waits for its reply. */
interface Due extends Meaning {
  readonly verb: Verb | undefined;
}

export class FtpServer implements Core<FtpServerEvent, FtpServerAction, FtpServerWait> {
  readonly #options: FtpServerOptions;
  readonly #limits: FtpServerLimits;
  readonly #lines: ControlLines;
  #state: FtpState;
  /** The control connection. "cleared": it was under TLS, until CCC. */
  #control: "clear" | "tls" | "cleared";
  #settings: FtpSettings = freshSettings;
  #due: Due | undefined;
  #transfer: TransferVerb | undefined;
  /** The transfer's reply, while a command that came before it waits for its own. */
  #finished: Reply | undefined;
  /** A line that waits for the transfer's end. */
  #held: string | undefined;
  #commands = 0;
  #errors = 0;
  #failedLogins = 0;
  #told: "end" | "timeout" | undefined;
  #draining = false;

  constructor(options: FtpServerOptions) {
    this.#options = options;
    this.#limits = { ...defaultFtpServerLimits, ...options.limits };
    this.#lines = new ControlLines(this.#limits.commandLine - 2);
    this.#control = options.secure ? "tls" : "clear";
    this.#state = options.afterTls === true ? "start" : "greeting";
  }

  get state(): FtpState {
    return this.#state;
  }

  get waitingFor(): FtpServerWait | "us" {
    if (this.#due !== undefined || this.#transfer !== undefined) return "us";
    switch (this.#state) {
      case "start":
      case "password":
        return "login";
      case "ready":
      case "rename":
        return "command";
      case "greeting":
      case "tls":
      case "closed":
        return "us";
    }
  }

  receive(input: Uint8Array | "end" | "timeout" | "drain"): void {
    if (input === "drain") this.#draining = true;
    else if (typeof input === "string") this.#told = input;
    else this.#lines.push(input);
  }

  unread(): Uint8Array {
    return this.#lines.unread();
  }

  next(): FtpServerEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#due !== undefined || this.#state === "tls") return "paused";
    if (this.#state === "greeting")
      return this.#tell({ event: { type: "connected" }, change: {} }, undefined);
    this.#checkLimits();
    if (this.#draining && this.#transfer === undefined)
      return this.#tell(
        { event: { type: "leaving", reply: reply(421, "Shutting down") }, change: {} },
        undefined,
      );
    if (this.#held !== undefined) {
      if (this.#transfer !== undefined) return "paused";
      const text = this.#held;
      this.#held = undefined;
      return this.#command(text) ?? "paused";
    }
    return this.#read();
  }

  #read(): FtpServerEvent | Rest {
    const line = this.#lines.next();
    if (line === undefined) return this.#rest();
    if (++this.#commands > this.#limits.commands)
      throw closing("FTP_COMMANDS", "Too many commands in one session");
    if (line.type === "refused") {
      // RFC 959 §5.4: 500 may mean that the line is too long.
      const text = line.why === "too-long" ? "This line is too long" : "A CR stands alone in this line";
      return this.#tell(refused("line", reply(500, text)), undefined);
    }
    if (line.octets.includes(0))
      return this.#tell(refused("line", reply(501, "NUL is part of no command")), undefined);
    // RFC 2640 §2.2: names are UTF-8; one that is none is kept octet by octet.
    return this.#command(decodeName(line.octets)) ?? "paused";
  }

  /** Undefined: it waits for the transfer's end. */
  #command(text: string): FtpServerEvent | undefined {
    const line = splitCommand(text);
    if (this.#transfer !== undefined && isVerb(line.word) && commands[line.word].during === "held") {
      this.#held = text;
      return undefined;
    }
    const { tls, family, ccc = false, modeZ = false } = this.#options;
    const at = {
      state: this.#state,
      settings: this.#settings,
      tls,
      ccc,
      modeZ,
      control: this.#control,
      family,
      transfer: this.#transfer,
    };
    return this.#tell(readCommand(line, text, at), isVerb(line.word) ? canonical(line.word) : undefined);
  }

  #tell(meaning: Meaning, verb: Verb | undefined): FtpServerEvent {
    const { event, change } = meaning;
    this.#due = { event, change, verb: event.type === "refused" ? undefined : verb };
    return event;
  }

  #checkLimits(): void {
    if (this.#errors >= this.#limits.errors) throw closing("FTP_ERRORS", "Too many wrong commands");
    // RFC 2577 §5: the connection ends after a number of wrong passwords.
    if (this.#failedLogins >= this.#limits.loginTries) throw closing("FTP_LOGINS", "Too many logins failed");
  }

  #rest(): Rest {
    // RFC 959 §4.1.1 on QUIT: what runs is finished first; a client may have half-closed behind its last command.
    if (this.#transfer !== undefined) return this.#told === "end" ? "paused" : "need-data";
    if (this.#told === "end") {
      this.#state = "closed";
      return "closed";
    }
    if (this.#told === "timeout") throw closing("FTP_TIMEOUT", "You were silent for too long");
    return "need-data";
  }

  // ── the session's side
  send(action: FtpServerAction): Uint8Array | readonly Uint8Array[] {
    switch (action.type) {
      case "reply":
        return this.#reply(action.reply);
      case "passive":
        return this.#passive(action);
      case "begin":
        return this.#begin(action.reply);
      case "finish":
        return this.#finish(action.reply);
    }
  }

  #reply(answer: Reply): Uint8Array | readonly Uint8Array[] {
    // RFC 959 §5.4: 421 may come at any time; nothing comes behind it.
    if (answer.code === 421) {
      this.#due = undefined;
      this.#state = "closed";
      return formatReply(answer);
    }
    const due = this.#take();
    if (due.event.type === "abort" && this.#transfer !== undefined)
      throw new LocalError("FTP_ORDER", "the transfer is finished before ABOR is answered");
    this.#settle(due, answer.code);
    return this.#behind(formatReply(answer));
  }

  #passive({
    host,
    port,
  }: FtpServerAction & { readonly type: "passive" }): Uint8Array | readonly Uint8Array[] {
    if (this.#due?.event.type !== "passive")
      throw new LocalError("FTP_UNASKED", "nobody asked where to connect");
    // RFC 959 §4.1.2 leaves the text open: parentheses are what every client looks for (RFC 1123 §4.1.2.6).
    const answer =
      this.#due.event.by === "PASV"
        ? reply(227, `Entering Passive Mode (${formatPort({ host, port })})`)
        : reply(229, `Entering Extended Passive Mode (|||${port}|)`);
    return this.#reply(answer);
  }

  #begin(answer: Reply): Uint8Array {
    const due = this.#due;
    const verb = due?.verb;
    if (due === undefined || !isTransferVerb(verb))
      throw new LocalError("FTP_UNASKED", "a transfer that nobody asked for");
    if (Math.floor(answer.code / 100) !== 1)
      throw new LocalError("FTP_REPLY", `${answer.code} begins no transfer`);
    this.#take();
    this.#settle(due, answer.code);
    this.#transfer = verb;
    return formatReply(answer);
  }

  #finish(answer: Reply): Uint8Array | readonly Uint8Array[] {
    if (this.#transfer === undefined || this.#finished !== undefined)
      throw new LocalError("FTP_UNASKED", "no transfer runs");
    // 421 ends all; a command that came before is answered first, unless it is the ABOR that ended this transfer.
    if (this.#due !== undefined && this.#due.event.type !== "abort") {
      this.#finished = answer;
      return [];
    }
    this.#transfer = undefined;
    return this.#last(answer);
  }

  /** The reply, and behind it that of a transfer which has ended meanwhile. */
  #behind(octets: Uint8Array): Uint8Array | readonly Uint8Array[] {
    const finished = this.#finished;
    if (finished === undefined) return octets;
    this.#finished = undefined;
    this.#transfer = undefined;
    return [octets, this.#last(finished)];
  }

  #last(answer: Reply): Uint8Array {
    if (answer.code === 421) this.#state = "closed";
    return formatReply(answer);
  }

  #take(): Due {
    const due = this.#due;
    if (due === undefined) throw new LocalError("FTP_UNASKED", "an answer that nothing waits for");
    this.#due = undefined;
    return due;
  }

  /** Where the reply leads (RFC 959 §6). */
  #settle({ event, verb, change }: Due, code: number): void {
    const good = code < 400;
    if (event.type === "connected") {
      this.#state = good ? "start" : "closed";
      return;
    }
    if (event.type === "leaving") this.#state = "closed";
    if (isError(code)) this.#errors++;
    // Copies made for nothing cost a tenth of what a command does.
    if (good && change !== noChange) this.#settings = { ...this.#settings, ...change };
    if (isTransferVerb(verb)) this.#settings = { ...this.#settings, ...usedUp };
    if (verb === "PASS" || verb === "USER") this.#loginSettled(verb, code);
    else if (verb === "CCC" && good) this.#control = "cleared";
    else if (verb === "REIN" && good) this.#logOut();
    else if (verb !== undefined && good && commands[verb].leadsTo !== "same")
      this.#state = commands[verb].leadsTo;
    // RFC 959 §4.1.3: RNFR must be immediately followed by RNTO.
    else if (this.#state === "rename") this.#state = "ready";
  }

  #loginSettled(verb: "USER" | "PASS", code: number): void {
    const { user } = this.#settings;
    if (code === 230 || code === 232) this.#state = "ready";
    else if (code === 331 || code === 332) this.#state = "password";
    else {
      this.#state = "start";
      if (verb === "PASS") this.#failedLogins++;
    }
    // A new user begins with new parameters; what TLS protects stays (RFC 4217 §11).
    const { buffer, protection } = this.#settings;
    this.#settings = {
      ...freshSettings,
      user: this.#state === "start" ? undefined : user,
      buffer,
      protection,
    };
  }

  /** RFC 959 §4.1.1: all parameters as they were at the beginning; RFC 4217 §11: the connection stays under TLS. */
  #logOut(): void {
    this.#settings = freshSettings;
    this.#state = "start";
  }
}

function isError(code: number): boolean {
  return (code >= 500 && code <= 504) || code === 530;
}

function closing(code: string, text: string): RemoteError<FtpServerAction> {
  const answer: FtpServerAction = { type: "reply", reply: reply(421, text) };
  return code === "FTP_TIMEOUT"
    ? new RemoteError<FtpServerAction>(code, text, answer)
    : new LimitError<FtpServerAction>(code, text, answer);
}
