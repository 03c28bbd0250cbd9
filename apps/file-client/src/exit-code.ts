/** How the program ended, for scripts: the table is in README.md. */
import { UsageError } from "@socketscope/host";
import { SocketError, type SocketErrorCode } from "@socketscope/socket-core";
import { FileError, type FileErrorCode } from "./errors.ts";

export const EXIT = {
  ok: 0,
  /** Something of ours: a local file that cannot be read or written. */
  failure: 1,
  usage: 2,
  notConnected: 3,
  /** The server broke the protocol. */
  protocol: 4,
  /** Of several files some were done, others not. */
  partial: 5,
  lost: 6,
  late: 7,
  /** The server refused: no such file, no permission, no room. */
  refused: 8,
  login: 9,
  /** No TLS, a certificate that is not trusted, a host key that has changed. */
  untrusted: 10,
  /** The server cannot do that. */
  notOffered: 11,
  /** A name that would lead out of the target folder. */
  name: 12,
  interrupted: 130,
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
  TLS: EXIT.untrusted,
  PLAINTEXT_BEFORE_TLS: EXIT.untrusted,
  IO: EXIT.lost,
};

const ofFile: Readonly<Record<FileErrorCode, number>> = {
  GREETING: EXIT.refused,
  LOGIN: EXIT.login,
  LOGIN_IN_CLEAR: EXIT.login,
  TLS_REFUSED: EXIT.untrusted,
  HOST_KEY: EXIT.untrusted,
  NOT_FOUND: EXIT.refused,
  PERMISSION: EXIT.refused,
  REFUSED: EXIT.refused,
  NOT_OFFERED: EXIT.notOffered,
  DATA: EXIT.lost,
  LENGTH: EXIT.lost,
  PROTOCOL: EXIT.protocol,
  CLOSING: EXIT.lost,
  CLOSED: EXIT.lost,
  TIMED_OUT: EXIT.late,
  NAME: EXIT.name,
  LOCAL: EXIT.failure,
  INTERRUPTED: EXIT.interrupted,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof FileError) return ofFile[error.code];
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof SocketError ? ofSocket[error.code] : EXIT.failure;
}
