/** What can go wrong with a socket, as stable codes and sentences that say what to do. */
import type { CloseReason } from "./flow.ts";

export type SocketErrorCode =
  | "ADDRESS_IN_USE"
  | "ADDRESS_NOT_AVAILABLE"
  | "PERMISSION"
  | "NAME_NOT_FOUND"
  | "REFUSED"
  | "UNREACHABLE"
  | "TIMED_OUT"
  | "RESET"
  | "CLOSED"
  | "TLS"
  /** Plaintext was waiting where TLS should begin: somebody tries to have it executed as if it were protected. */
  | "PLAINTEXT_BEFORE_TLS"
  | "IO";

export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly code: SocketErrorCode;
  constructor(code: SocketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const codes: Readonly<Record<string, SocketErrorCode>> = {
  EADDRINUSE: "ADDRESS_IN_USE",
  EADDRNOTAVAIL: "ADDRESS_NOT_AVAILABLE",
  EACCES: "PERMISSION",
  EPERM: "PERMISSION",
  ENOTFOUND: "NAME_NOT_FOUND",
  EAI_AGAIN: "NAME_NOT_FOUND",
  ECONNREFUSED: "REFUSED",
  ENOENT: "REFUSED",
  EHOSTUNREACH: "UNREACHABLE",
  ENETUNREACH: "UNREACHABLE",
  ETIMEDOUT: "TIMED_OUT",
  ECONNRESET: "RESET",
  EPIPE: "RESET",
};

/** The operating system's error, as ours: `what` begins the sentence ("listening on 127.0.0.1 port 80"). */
export function asSocketError(error: unknown, what: string): SocketError {
  if (error instanceof SocketError) return error;
  const system = systemCode(error);
  const code =
    codes[system] ?? (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(system) ? "TLS" : "IO");
  const detail = error instanceof Error ? error.message : String(error);
  return new SocketError(code, `${what}: ${sentences[code] ?? detail}`, { cause: error });
}

const sentences: Partial<Record<SocketErrorCode, string>> = {
  ADDRESS_IN_USE: "another program already listens there",
  ADDRESS_NOT_AVAILABLE: "this machine has no such address",
  PERMISSION: "the system does not allow it (ports below 1024 need privileges)",
  NAME_NOT_FOUND: "the name is not known",
  REFUSED: "nobody listens there",
};

/** A certificate that was not believed, in the words of OpenSSL and Node. */
const UNTRUSTED = /^(?:CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_)/;

/** TLS failed since the server's certificate was not believed: another CA, another name, another time. */
export function isUntrusted(error: unknown): boolean {
  return error instanceof SocketError && error.code === "TLS" && UNTRUSTED.test(systemCode(error.cause));
}

/** Code and sentence for a client's user whose server, or a deadline, has ended the connection. */
export function closedByServer(reason: CloseReason): readonly [code: "TIMED_OUT" | "CLOSED", text: string] {
  if (reason === "timeout") return ["TIMED_OUT", "the server took nothing of what was sent in time"];
  return ["CLOSED", reason === "io" ? "the connection broke" : "the server ended the connection"];
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
