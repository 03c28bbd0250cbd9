/** What can go wrong before and around the protocols. The message is one line for the person at the terminal. */

abstract class HostError extends Error {
  /** Stable and searchable. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The command line, environment or config file asks for what is not there, or not allowed: exit code 2. */
export class UsageError extends HostError {
  override readonly name = "UsageError";
}

/** The state folder cannot be used: held by another process, readable by others, path too long for a socket. */
export class StateError extends HostError {
  override readonly name = "StateError";
}

/** The local authority may not, or can not, sign what was asked. */
export class AuthorityError extends HostError {
  override readonly name = "AuthorityError";
}

/** A listener could not be opened: who holds the port, and which option changes it. */
export class ListenError extends HostError {
  override readonly name = "ListenError";
}

/** `code` of an error of Node's or ours, or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
