/** What can go wrong with an SSH connection, from a client's view. */

export type SshErrorCode =
  /** No common algorithm, or the other side speaks no SSH. */
  | "HANDSHAKE"
  /** The caller did not want this host key. */
  | "HOST_KEY"
  | "LOGIN"
  /** The connection broke, or took too long. */
  | "CONNECTION"
  /** The server does not open a channel for SFTP. */
  | "CHANNEL"
  /** What should be a key is none. */
  | "KEY";

export class SshError extends Error {
  override readonly name = "SshError";
  readonly code: SshErrorCode;
  constructor(code: SshErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
