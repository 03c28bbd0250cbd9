/** One mail transaction (RFC 5321 §3.3): envelope, content, and what became of each recipient. */
import {
  describeReply,
  formatCommand,
  type Envelope,
  type Reply,
  type SmtpClientAction,
} from "@socketscope/smtp";
import { LocalError } from "@socketscope/wire";
import { Chunks } from "./chunks.ts";
import { SendInterrupted, SmtpError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { adapted } from "./offered.ts";

/** A message's content: lines that end in CRLF, without the dots of DATA. */
export interface Content {
  /** Octets that `read` gives; checked, so that half a message is never sent as a whole one. */
  readonly size: number;
  /** Called at most once; read no faster than the server takes it. */
  read(): AsyncIterable<Uint8Array>;
}

export interface SendOptions {
  /** Commands in groups (RFC 2920) where the server offers it. Default true. */
  readonly pipelining?: boolean | undefined;
  /** BDAT instead of DATA (RFC 3030) where the server offers it. Default false. */
  readonly chunking?: boolean | undefined;
  /** Octets of one BDAT. Default 256 KiB. */
  readonly chunkOctets?: number | undefined;
}

export interface RecipientResult {
  readonly forwardPath: string;
  /** The server has taken the message for this recipient: it is the server's now (RFC 5321 §6.1). */
  readonly accepted: boolean;
  /** The reply that decided it. */
  readonly reply: Reply;
  /** What that was a reply to. */
  readonly to: "MAIL" | "RCPT" | "DATA" | "content";
}

export interface SendResult {
  /** In the envelope's order. */
  readonly recipients: readonly RecipientResult[];
  /** How many of them the server took. */
  readonly accepted: number;
  /** The reply to the content; undefined where it was not sent. */
  readonly final: Reply | undefined;
  /** Octets of content sent, dots not counted. */
  readonly octets: number;
}

/** RFC 5321 §4.5.3.1.8: so many recipients every server takes; and no more are sent ahead at once. */
const GROUP = 100;

const DEFAULT_CHUNK = 256 * 1024;

export class Transaction {
  readonly #exchange: Exchange;
  readonly #envelope: Envelope;
  readonly #content: Content;
  readonly #options: SendOptions;
  readonly #ahead: boolean;
  #mail: Reply | undefined;
  readonly #rcpt: (Reply | undefined)[] = [];
  #octets = 0;
  /** The end of the content was sent. */
  #ended = false;

  constructor(exchange: Exchange, envelope: Envelope, content: Content, options: SendOptions) {
    this.#exchange = exchange;
    this.#envelope = adapted(envelope, content.size, exchange.extensions);
    this.#content = content;
    this.#options = options;
    this.#ahead = (options.pipelining ?? true) && exchange.extensions.pipelining;
  }

  /** Rejects with SmtpError before anything is sent, and with SendInterrupted when the connection is lost within. */
  async send(): Promise<SendResult> {
    if (this.#envelope.recipients.length === 0) throw new SmtpError("ARGUMENT", "there is no recipient");
    const chunking = (this.#options.chunking ?? false) && this.#exchange.extensions.chunking;
    const commands = this.#commands(chunking);
    const data = await this.#ask(commands);
    let result: SendResult;
    try {
      result = await this.#go(data, chunking);
    } catch (error) {
      // A line end that the core refuses: half of the message is on its way.
      throw error instanceof LocalError ? this.#cut(asSmtpError(error)) : error;
    }
    await this.#leave();
    return result;
  }

  /** All of them are judged before the first is sent. */
  #commands(chunking: boolean): readonly SmtpClientAction[] {
    const { reversePath, parameters, recipients } = this.#envelope;
    const commands = [
      { type: "mail", reversePath, parameters } as const,
      ...recipients.map((recipient) => ({ type: "rcpt", recipient }) as const),
      ...(chunking ? [] : [{ type: "data" } as const]),
    ];
    try {
      for (const command of commands) formatCommand(command, this.#exchange.extensions);
    } catch (error) {
      throw asSmtpError(error);
    }
    return commands;
  }

  /** The reply to DATA, if that was among them. */
  async #ask(commands: readonly SmtpClientAction[]): Promise<Reply | undefined> {
    let data: Reply | undefined;
    const step = this.#ahead ? GROUP : 1;
    for (let from = 0; from < commands.length; from += step) {
      const group = commands.slice(from, from + step);
      if (this.#hopeless(group)) break;
      const replies = await Promise.all(group.map((command) => this.#exchange.ahead(command)));
      for (const [index, command] of group.entries()) {
        const reply = replies[index] ?? this.#closing();
        if (command.type === "mail") this.#mail = reply;
        else if (command.type === "rcpt") this.#rcpt.push(reply);
        else data = reply;
      }
    }
    return data;
  }

  /** MAIL or every RCPT was refused: DATA and what else is left need not be asked. */
  #hopeless(group: readonly SmtpClientAction[]): boolean {
    if (this.#mail === undefined) return false;
    return isRefusal(this.#mail) || (group[0]?.type === "data" && this.#taken() === 0);
  }

  async #go(data: Reply | undefined, chunking: boolean): Promise<SendResult> {
    const open = this.#taken() > 0 && this.#mail !== undefined && !isRefusal(this.#mail);
    if (!open) {
      // RFC 2920 §3.1: 354 though nobody is to get it: an empty message ends it, whose reply means nothing.
      if (data?.code === 354) await this.#endEmpty();
      return this.#result(undefined, "RCPT");
    }
    if (chunking) return this.#result(await this.#chunks(), "content");
    if (data === undefined || data.code !== 354) return this.#result(data, "DATA");
    return this.#result(await this.#data(), "content");
  }

  async #endEmpty(): Promise<void> {
    const final = this.#exchange.final();
    this.#exchange.put({ type: "end" });
    await final;
  }

  async #data(): Promise<Reply> {
    const exchange = this.#exchange;
    let settled = false;
    const final = exchange.final().then((reply) => {
      settled = true;
      return reply;
    });
    const isSettled = (): boolean => settled;
    await this.#read(async (octets) => {
      const roomy = exchange.put({ type: "content", octets });
      if (!roomy) await exchange.drained();
      return !isSettled();
    });
    exchange.note(`${this.#octets} octets of content`);
    if (!isSettled()) {
      this.#ended = true;
      exchange.put({ type: "end" });
    }
    return (await final) ?? this.#closing();
  }

  async #chunks(): Promise<Reply> {
    const { chunkOctets = DEFAULT_CHUNK } = this.#options;
    const chunks = new Chunks(this.#exchange, {
      octets: chunkOctets,
      ahead: this.#ahead,
      onLast: () => {
        this.#ended = true;
      },
    });
    await this.#read((octets) => chunks.add(octets));
    return (await chunks.end()) ?? this.#closing();
  }

  /** Gives `take` piece after piece until it wants no more. A message that cannot be read to its end is cut, not ended. */
  async #read(take: (octets: Uint8Array) => Promise<boolean>): Promise<void> {
    const { size } = this.#content;
    let wanted = true;
    try {
      for await (const octets of this.#content.read()) {
        this.#octets += octets.length;
        if (this.#octets > size) break;
        wanted = await take(octets);
        if (!wanted) break;
      }
    } catch (error) {
      throw error instanceof LocalError ? error : this.#cut(unreadable(error));
    }
    if (wanted && this.#octets !== size)
      throw this.#cut(new SmtpError("SOURCE", `the message is not ${size} octets long, as was said`));
  }

  #cut(why: SmtpError): SendInterrupted {
    this.#exchange.cut(why);
    return new SendInterrupted(why, this.#refusals(), false);
  }

  /** The reply for what has none any more: the 421 that ended it. Else the transaction was interrupted. */
  #closing(): Reply {
    const failure = this.#exchange.failure ?? new SmtpError("CLOSED", "the connection has ended");
    if (failure.code === "CLOSING" && failure.reply !== undefined) return failure.reply;
    throw new SendInterrupted(failure, this.#refusals(), this.#ended);
  }

  /** The next transaction finds none open. */
  async #leave(): Promise<void> {
    const { state } = this.#exchange;
    if (this.#exchange.over || (state !== "envelope" && state !== "chunks")) return;
    const reply = await this.#exchange.ahead({ type: "rset" });
    if (reply === undefined || isRefusal(reply)) this.#exchange.end();
  }

  #taken(): number {
    return this.#rcpt.filter((reply) => reply !== undefined && !isRefusal(reply)).length;
  }

  #refusals(): readonly (Reply | undefined)[] {
    const { recipients } = this.#envelope;
    const mail = this.#mail !== undefined && isRefusal(this.#mail) ? this.#mail : undefined;
    return recipients.map((_, index) => {
      const reply = this.#rcpt[index];
      return mail ?? (reply !== undefined && isRefusal(reply) ? reply : undefined);
    });
  }

  /** `last`: the reply that decides for whom RCPT took. */
  #result(last: Reply | undefined, lastTo: "RCPT" | "DATA" | "content"): SendResult {
    const refusals = this.#refusals();
    const mailRefused = this.#mail !== undefined && isRefusal(this.#mail);
    const recipients = this.#envelope.recipients.map(({ forwardPath }, index): RecipientResult => {
      const refusal = refusals[index];
      if (refusal !== undefined)
        return { forwardPath, accepted: false, reply: refusal, to: mailRefused ? "MAIL" : "RCPT" };
      const reply = last ?? this.#closing();
      return { forwardPath, accepted: lastTo === "content" && !isRefusal(reply), reply, to: lastTo };
    });
    return {
      recipients,
      accepted: recipients.filter(({ accepted }) => accepted).length,
      final: lastTo === "content" ? last : undefined,
      octets: this.#octets,
    };
  }
}

function isRefusal({ code }: Reply): boolean {
  return code >= 400;
}

function unreadable(error: unknown): SmtpError {
  const why = error instanceof Error ? error.message : String(error);
  return new SmtpError("SOURCE", `the message cannot be read: ${why}`, { cause: error });
}

/** What the pure core refuses to say, as this library's error. */
export function asSmtpError(error: unknown): SmtpError {
  if (error instanceof SmtpError) return error;
  if (!(error instanceof LocalError)) return new SmtpError("CLOSED", String(error), { cause: error });
  const code =
    error.code === "SMTP_NOT_OFFERED"
      ? "NOT_OFFERED"
      : error.code === "DOT_BARE_LINE_END"
        ? "BARE_LINE_END"
        : "ARGUMENT";
  return new SmtpError(code, error.message, { cause: error });
}

/** One line for people. */
export function describeResult({ recipients }: SendResult): string {
  return recipients.map(({ forwardPath, reply }) => `<${forwardPath}>: ${describeReply(reply)}`).join("; ");
}
