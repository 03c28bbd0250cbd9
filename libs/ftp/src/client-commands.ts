/** RFC 959 §4.1, §5.3: a client's commands as lines. Nothing a caller passes in can end a line or begin another. */
import { encodeName, encodeUtf8, LocalError, printable } from "@socketscope/wire";
import { ftpClientLegality, type ClientVerb } from "./client-legality.ts";

/** The octets of the line with its CRLF. Throws LocalError "FTP_ARGUMENT" for what could be no argument. */
export function formatClientCommand(
  verb: ClientVerb,
  argument: string | undefined,
  limit: number,
): Uint8Array {
  const wanted = ftpClientLegality[verb].argument;
  if (argument === undefined) {
    if (wanted === "required") throw new LocalError("FTP_ARGUMENT", `${verb} needs an argument`);
    return encodeUtf8(`${verb}\r\n`);
  }
  if (wanted === "none") throw new LocalError("FTP_ARGUMENT", `${verb} has no argument`);
  // An empty password is one; an empty pathname would be another folder than the one that was meant.
  if (argument === "" && verb !== "PASS")
    throw new LocalError("FTP_ARGUMENT", `${verb} needs an argument that is not empty`);
  // RFC 959 §5.3.2: a string holds no CR and no LF; the rest of the line would be a command. NUL cuts names short.
  if (/[\r\n\0]/.test(argument))
    throw new LocalError("FTP_ARGUMENT", "a line end or a NUL cannot be part of a command");
  // A name that a listing told octet by octet goes back as these octets.
  const line = encodeName(`${verb} ${argument}\r\n`);
  if (line === undefined)
    throw new LocalError("FTP_ARGUMENT", "this is no text: half of a surrogate pair is missing");
  if (line.length > limit)
    throw new LocalError("FTP_ARGUMENT", `a command of more than ${limit} octets would not be understood`);
  return line;
}

/** As a log may show it: a password only in its length. Printable. */
export function showClientCommand(verb: ClientVerb, argument: string | undefined): string {
  if (argument === undefined) return verb;
  const shown = verb === "PASS" || verb === "ACCT" ? "*".repeat(argument.length) : printable(argument);
  return `${verb} ${shown}`;
}
