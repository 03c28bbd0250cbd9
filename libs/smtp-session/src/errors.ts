/** Why a conversation with a mail server failed, as stable codes and one sentence for a person. */
import { describeReply, type Reply } from "@socketscope/smtp";

export type SmtpErrorCode =
  /** The server greeted with 4yz or 5yz. */
  | "GREETING"
  /** It answered neither EHLO nor HELO with 250. */
  | "HELLO"
  /** TLS was required and is not offered: the server has none, or somebody on the way took the offer out. */
  | "TLS_MISSING"
  /** It offered STARTTLS and refused it. */
  | "TLS_REFUSED"
  /** A login was asked for, and there is no mechanism that both sides have. */
  | "AUTH_MISSING"
  /** The login would go over the wire unprotected. */
  | "AUTH_IN_CLEAR"
  /** Wrong password, or not now. */
  | "AUTH_REFUSED"
  /** The server could not prove that it knows the password (RFC 5802 §3): it is not the one it says it is. */
  | "AUTH_SERVER"
  /** RFC 1870 §4: larger than the server takes. */
  | "TOO_LARGE"
  /** The message needs 8BITMIME or SMTPUTF8, and the server has it not. */
  | "NOT_OFFERED"
  /** An address or parameter that cannot be said in SMTP. */
  | "ARGUMENT"
  /** A CR or LF stands alone in the content: on another server it could end the message (SMTP smuggling). */
  | "BARE_LINE_END"
  /** The message could not be read, or is not as long as was said. */
  | "SOURCE"
  /** 421: the server closes. */
  | "CLOSING"
  /** The server broke the protocol; `cause` says how. */
  | "PROTOCOL"
  | "TIMED_OUT"
  /** The connection ended or broke. */
  | "CLOSED";

export interface SmtpErrorOptions extends ErrorOptions {
  readonly reply?: Reply | undefined;
}

export class SmtpError extends Error {
  override readonly name: string = "SmtpError";
  readonly code: SmtpErrorCode;
  /** What the server said, where that is the reason. */
  readonly reply: Reply | undefined;

  constructor(code: SmtpErrorCode, message: string, options: SmtpErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.reply = options.reply;
  }
}

/** The connection was lost, or given up, within a transaction. Who was refused before is refused; the others are open. */
export class SendInterrupted extends SmtpError {
  override readonly name = "SendInterrupted";
  /** A refusal for each recipient that had one, in the envelope's order. */
  readonly refusals: readonly (Reply | undefined)[];
  /** The end of the content was on its way: the server may have taken the message, another attempt may double it. */
  readonly maybeDelivered: boolean;

  constructor(why: SmtpError, refusals: readonly (Reply | undefined)[], maybeDelivered: boolean) {
    super(why.code, why.message, { cause: why, reply: why.reply });
    this.refusals = refusals;
    this.maybeDelivered = maybeDelivered;
  }
}

export function refusedWith(code: SmtpErrorCode, what: string, reply: Reply): SmtpError {
  return new SmtpError(code, `${what}: ${describeReply(reply)}`, { reply });
}
