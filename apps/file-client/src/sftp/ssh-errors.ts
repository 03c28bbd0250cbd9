/** What can go wrong below SFTP, in the words of all commands. */
import { SshError, type SshErrorCode } from "@socketscope/ssh";
import { FileError, type FileErrorCode } from "../errors.ts";

const codes: Readonly<Record<SshErrorCode, FileErrorCode>> = {
  HANDSHAKE: "PROTOCOL",
  HOST_KEY: "HOST_KEY",
  LOGIN: "LOGIN",
  CONNECTION: "CLOSED",
  CHANNEL: "NOT_OFFERED",
  KEY: "LOCAL",
};

export function asFileError(error: unknown): unknown {
  if (!(error instanceof SshError)) return error;
  return new FileError(codes[error.code], error.message, { cause: error });
}
