/** Why a conversation with a POP3 server failed, as stable codes and one sentence for a person. */
import { describeResponse, type Pop3Response } from "@socketscope/pop3";

export type Pop3ErrorCode =
  /** The server greeted with -ERR. */
  | "GREETING"
  /** TLS was required and is not offered: the server has none, or somebody on the way took the offer out. */
  | "TLS_MISSING"
  /** It offered STLS and refused it. */
  | "TLS_REFUSED"
  /** There is no way to log in that both sides have. */
  | "AUTH_MISSING"
  /** The login would go over the wire unprotected. */
  | "AUTH_IN_CLEAR"
  /** Wrong name or password. */
  | "AUTH_REFUSED"
  /** The server could not prove that it knows the password (RFC 5802 §3): it is not the one it says it is. */
  | "AUTH_SERVER"
  /** The password was right and the mailbox cannot be had now: in use, too soon, a fault (RFC 2449 §8, RFC 3206 §4). */
  | "MAILBOX"
  /** -ERR to what every server must be able to do. */
  | "REFUSED"
  /** A name or a password that cannot be said in POP3. */
  | "ARGUMENT"
  /** What came could not be written down. */
  | "STORE"
  /** The server closes, and says why. */
  | "CLOSING"
  /** The server broke the protocol; `cause` says how. */
  | "PROTOCOL"
  | "TIMED_OUT"
  /** Somebody wants us to stop. */
  | "INTERRUPTED"
  /** The connection ended or broke. */
  | "CLOSED";

export class Pop3Error extends Error {
  override readonly name = "Pop3Error";
  readonly code: Pop3ErrorCode;

  constructor(code: Pop3ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function refusedWith(code: Pop3ErrorCode, what: string, response: Pop3Response): Pop3Error {
  return new Pop3Error(code, `${what}: ${describeResponse(response)}`);
}
