/** Why something with a file server failed, as stable codes and one sentence for a person. */

export type FileErrorCode =
  /** The server greeted with 4yz or 5yz. */
  | "GREETING"
  /** Wrong password, or nobody may log in. */
  | "LOGIN"
  /** The password would go over the wire unprotected. */
  | "LOGIN_IN_CLEAR"
  /** TLS was asked for and the server has none, or does not go on with it. */
  | "TLS_REFUSED"
  /** The SSH host key is another one than was remembered. */
  | "HOST_KEY"
  | "NOT_FOUND"
  | "PERMISSION"
  /** The server refused for another reason. */
  | "REFUSED"
  /** It cannot do that at all. */
  | "NOT_OFFERED"
  /** No data connection came about, or it broke. */
  | "DATA"
  /** Fewer or more octets came than the server had announced. */
  | "LENGTH"
  /** The server broke the protocol; `cause` says how. */
  | "PROTOCOL"
  /** The server closes (421). */
  | "CLOSING"
  | "CLOSED"
  | "TIMED_OUT"
  /** A name that could lead out of the target folder, or cannot be said in the protocol. */
  | "NAME"
  /** A local file cannot be read or written. */
  | "LOCAL"
  /** The user broke it off. */
  | "INTERRUPTED";

export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The connection is of no use any more; another one may fare better. */
export function isLost(error: unknown): boolean {
  return error instanceof FileError && ["CLOSED", "CLOSING", "TIMED_OUT", "DATA"].includes(error.code);
}
