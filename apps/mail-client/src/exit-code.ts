/** How the program ended, for scripts: the table is in README.md. From 21 on swaks's numbers, one for each step. */
import { SocketError, type SocketErrorCode } from "@socketscope/socket-core";
import { Pop3Error, type Pop3ErrorCode } from "./fetch/errors.ts";
import { SmtpError, type SmtpErrorCode } from "@socketscope/smtp-session";

export const EXIT = {
  ok: 0,
  /** Something of ours: a file that cannot be read, a message that cannot be sent as it is. */
  failure: 1,
  usage: 2,
  notConnected: 3,
  /** The server broke the protocol. */
  protocol: 4,
  /** The message was taken for some recipients, or some of the messages were; some were fetched. */
  partial: 5,
  /** The connection was lost, or the server closed it (421). */
  lost: 6,
  late: 7,
  /** `verify` found something bad. */
  findings: 8,
  /** The password was right; the mailbox is in use, or cannot be opened now. */
  mailbox: 10,
  /** -ERR to what every POP3 server must be able to do. */
  refused: 11,
  greeting: 21,
  hello: 22,
  mail: 23,
  rcpt: 24,
  data: 25,
  content: 26,
  auth: 28,
  tls: 29,
} as const;

const ofSocket: Readonly<Record<SocketErrorCode, number>> = {
  ADDRESS_IN_USE: EXIT.notConnected,
  ADDRESS_NOT_AVAILABLE: EXIT.notConnected,
  PERMISSION: EXIT.notConnected,
  NAME_NOT_FOUND: EXIT.notConnected,
  REFUSED: EXIT.notConnected,
  UNREACHABLE: EXIT.notConnected,
  TIMED_OUT: EXIT.late,
  RESET: EXIT.lost,
  CLOSED: EXIT.lost,
  TLS: EXIT.tls,
  PLAINTEXT_BEFORE_TLS: EXIT.tls,
  IO: EXIT.lost,
};

const ofSmtp: Readonly<Record<SmtpErrorCode, number>> = {
  GREETING: EXIT.greeting,
  HELLO: EXIT.hello,
  TLS_MISSING: EXIT.tls,
  TLS_REFUSED: EXIT.tls,
  AUTH_MISSING: EXIT.auth,
  AUTH_IN_CLEAR: EXIT.auth,
  AUTH_REFUSED: EXIT.auth,
  AUTH_SERVER: EXIT.auth,
  TOO_LARGE: EXIT.mail,
  NOT_OFFERED: EXIT.mail,
  ARGUMENT: EXIT.failure,
  BARE_LINE_END: EXIT.failure,
  SOURCE: EXIT.failure,
  CLOSING: EXIT.lost,
  PROTOCOL: EXIT.protocol,
  TIMED_OUT: EXIT.late,
  CLOSED: EXIT.lost,
};

const ofPop3: Readonly<Record<Pop3ErrorCode, number>> = {
  GREETING: EXIT.greeting,
  TLS_MISSING: EXIT.tls,
  TLS_REFUSED: EXIT.tls,
  AUTH_MISSING: EXIT.auth,
  AUTH_IN_CLEAR: EXIT.auth,
  AUTH_REFUSED: EXIT.auth,
  AUTH_SERVER: EXIT.auth,
  MAILBOX: EXIT.mailbox,
  REFUSED: EXIT.refused,
  ARGUMENT: EXIT.failure,
  STORE: EXIT.failure,
  CLOSING: EXIT.lost,
  PROTOCOL: EXIT.protocol,
  TIMED_OUT: EXIT.late,
  INTERRUPTED: EXIT.lost,
  CLOSED: EXIT.lost,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof Pop3Error) return ofPop3[error.code];
  if (error instanceof SmtpError) return ofSmtp[error.code];
  return error instanceof SocketError ? ofSocket[error.code] : EXIT.failure;
}
