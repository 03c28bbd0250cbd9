/**
 * How a request of ours can fail beside SocketError (no connection) and RemoteError (the server broke the protocol or
 * kept us waiting).
 */

import { SocketError } from "@socketscope/socket-core";
import { RemoteError } from "@socketscope/wire";

export type RequestErrorCode =
  /** Not an absolute http or https URL. */
  | "BAD_URL"
  /** The caller's signal; `cause` is its reason. */
  | "ABORTED"
  /** The connection broke: reset, or cut by a limit of ours. */
  | "CONNECTION_LOST"
  /** The content we were given to send broke; `cause` says why. */
  | "CONTENT_FAILED"
  /** The server answered, but not with a WebSocket. */
  | "WEBSOCKET_REFUSED"
  /** The client has been closed. */
  | "CLIENT_CLOSED";

export class RequestError extends Error {
  override readonly name: string = "RequestError";
  readonly code: RequestErrorCode;
  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function abortion(signal: AbortSignal | undefined): RequestError {
  return new RequestError("ABORTED", "the request was aborted", { cause: signal?.reason });
}

/** Whose fault it was that a request failed. */
export type RequestFailure =
  /** Name, TCP or TLS did not come about, or the connection broke. */
  | "unreachable"
  /** A deadline passed. */
  | "late"
  /** What came is not HTTP as we take it. */
  | "broken"
  /** Our caller's: its signal, its content, its URL. */
  | "ours";

/** Undefined for what no request fails with: a bug. */
export function failureOf(error: unknown): RequestFailure | undefined {
  if (error instanceof SocketError) return error.code === "TIMED_OUT" ? "late" : "unreachable";
  if (error instanceof RemoteError) {
    if (error.code === "HTTP_TIMEOUT") return "late";
    return error.code === "HTTP_NO_RESPONSE" ? "unreachable" : "broken";
  }
  if (!(error instanceof RequestError)) return undefined;
  return error.code === "CONNECTION_LOST" ? "unreachable" : "ours";
}
