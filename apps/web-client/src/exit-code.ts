/** Every error a transfer can end with, as curl's exit code. */
import { SocketError, type SocketErrorCode, isUntrusted } from "@socketscope/socket-core";
import { RequestError, type RequestErrorCode } from "@socketscope/web";
import { RemoteError } from "@socketscope/wire";
import { EXIT, TransferError } from "./failure.ts";

const ofSocket: Readonly<Record<SocketErrorCode, number>> = {
  ADDRESS_IN_USE: EXIT.notConnected,
  ADDRESS_NOT_AVAILABLE: EXIT.notConnected,
  PERMISSION: EXIT.notConnected,
  NAME_NOT_FOUND: EXIT.nameNotFound,
  REFUSED: EXIT.notConnected,
  UNREACHABLE: EXIT.notConnected,
  TIMED_OUT: EXIT.late,
  RESET: EXIT.broken,
  CLOSED: EXIT.broken,
  TLS: EXIT.tlsFailed,
  PLAINTEXT_BEFORE_TLS: EXIT.tlsFailed,
  IO: EXIT.broken,
};

const ofRequest: Readonly<Record<RequestErrorCode, number>> = {
  BAD_URL: EXIT.badUrl,
  ABORTED: EXIT.late,
  CONNECTION_LOST: EXIT.broken,
  CONTENT_FAILED: EXIT.readFailed,
  WEBSOCKET_REFUSED: EXIT.status,
  CLIENT_CLOSED: EXIT.broken,
};

/** By the codes of the HTTP core; what is not here is a reply that makes no sense. */
const ofRemote: Readonly<Record<string, number>> = {
  HTTP_TIMEOUT: EXIT.late,
  HTTP_NO_RESPONSE: EXIT.emptyReply,
  HTTP_INCOMPLETE: EXIT.partial,
  HTTP_CHUNK: EXIT.broken,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof TransferError) return error.exitCode;
  if (error instanceof RequestError) return ofRequest[error.code];
  if (error instanceof SocketError) return isUntrusted(error) ? EXIT.untrusted : ofSocket[error.code];
  if (error instanceof RemoteError) return ofRemote[error.code] ?? EXIT.weirdReply;
  return 1;
}
