/**
 * How a request of ours can fail beside SocketError (no connection) and RemoteError (the server broke the protocol or
 * kept us waiting).
 */

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
