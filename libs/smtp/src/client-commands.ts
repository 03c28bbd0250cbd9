/**
 * RFC 5321 §4.1.1: a client's commands as lines. Nothing a caller passes in can end a line or begin another command;
 * parameters of an extension are written only where the server offers it.
 */
import { encodeBase64, LocalError, utf8Length } from "@socketscope/wire";
import type { SmtpClientAction } from "./client-events.ts";
import type { MailParameters, RcptParameters } from "./envelope.ts";
import { isDomainOrLiteral, isMailbox } from "./grammar.ts";
import type { Extensions } from "./replies-extensions.ts";

/** RFC 5321 §4.5.3.1.4: octets of a command line with its end. */
const COMMAND_OCTETS = 512;

/** What RFC 1870 §3, 6152 §3, 6531 §3.4, 3461 §5.4 and 4954 §5 add to it for MAIL and RCPT. */
const PARAMETER_OCTETS = 26 + 17 + 10 + 500 + 500;

/** RFC 4954 §4: octets of a client's response with its line end. */
const RESPONSE_OCTETS = 12_288;

type Command = Exclude<SmtpClientAction, { readonly type: "content" | "end" | "bdat" | "respond" }>;

/** The line with its CRLF. Throws LocalError "SMTP_ARGUMENT" for what could be no argument, "SMTP_NOT_OFFERED". */
export function formatCommand(command: Command, extensions: Extensions): string {
  const line = words(command, extensions);
  // RFC 5321 §4.1.2, RFC 6531 §3.3: no control character is part of a command; a CR or LF would begin another one.
  if (/[\p{Cc}]/u.test(line))
    throw new LocalError("SMTP_ARGUMENT", "a control character cannot be part of a command");
  const utf8 = command.type === "mail" || command.type === "rcpt" || command.type === "vrfy";
  if (!(utf8 && extensions.smtpUtf8) && /[^\0-\x7f]/.test(line))
    throw new LocalError(
      "SMTP_NOT_OFFERED",
      "this cannot be said without SMTPUTF8, which the server does not offer",
    );
  const limit = utf8 ? COMMAND_OCTETS + PARAMETER_OCTETS : COMMAND_OCTETS;
  if (utf8Length(line) + 2 > limit)
    throw new LocalError("SMTP_ARGUMENT", `a command of more than ${limit} octets would not be understood`);
  return `${line}\r\n`;
}

function words(command: Command, extensions: Extensions): string {
  switch (command.type) {
    case "ehlo":
      return `EHLO ${domainWord(command.domain)}`;
    case "helo":
      return `HELO ${domainWord(command.domain)}`;
    case "starttls":
      if (!extensions.startTls) throw notOffered("STARTTLS");
      return "STARTTLS";
    case "auth":
      return authWords(command.mechanism, command.initial, extensions);
    case "mail":
      // RFC 6531 §3.4: SMTPUTF8 is said where the envelope is not ASCII.
      if (!command.parameters.smtputf8 && /[^\0-\x7f]/.test(command.reversePath))
        throw new LocalError("SMTP_ARGUMENT", "an address in UTF-8 is sent with SMTPUTF8");
      return `MAIL FROM:${path(command.reversePath)}${mailWords(command.parameters, extensions)}`;
    case "rcpt":
      return `RCPT TO:${path(command.recipient.forwardPath)}${rcptWords(command.recipient.parameters, extensions)}`;
    case "data":
      return "DATA";
    case "rset":
      return "RSET";
    case "noop":
      return "NOOP";
    case "vrfy":
      return `VRFY ${command.text}`;
    case "quit":
      return "QUIT";
  }
}

/** RFC 4954 §4: `=` is an initial response of no octets. Throws "SMTP_ARGUMENT" where the line would be too long. */
function authWords(mechanism: string, initial: Uint8Array | undefined, { auth }: Extensions): string {
  if (!/^[A-Z0-9_-]{1,20}$/.test(mechanism))
    throw new LocalError("SMTP_ARGUMENT", "this is no name of a SASL mechanism");
  if (!auth.includes(mechanism)) throw notOffered(`AUTH ${mechanism}`);
  if (initial === undefined) return `AUTH ${mechanism}`;
  return `AUTH ${mechanism} ${initial.length === 0 ? "=" : encodeBase64(initial)}`;
}

/** RFC 4954 §4: whether the initial response fits the command's line; if not, it is the answer to an empty challenge. */
export function fitsAuthLine(mechanism: string, initial: Uint8Array): boolean {
  return `AUTH ${mechanism} \r\n`.length + Math.ceil(initial.length / 3) * 4 <= COMMAND_OCTETS;
}

/** The line of a response to a challenge. */
export function formatResponse(octets: Uint8Array | "cancel"): string {
  const line = `${octets === "cancel" ? "*" : encodeBase64(octets)}\r\n`;
  if (line.length > RESPONSE_OCTETS)
    throw new LocalError("SMTP_ARGUMENT", `a response of more than ${RESPONSE_OCTETS} octets is none`);
  return line;
}

/** RFC 5321 §4.1.1.1: a domain or an address literal. */
function domainWord(domain: string): string {
  if (!isDomainOrLiteral(domain))
    throw new LocalError("SMTP_ARGUMENT", "we must name ourselves by a domain or an address literal");
  return domain;
}

/** RFC 5321 §4.1.2; §4.1.1.3: `<Postmaster>` needs no domain. "" is the null reverse-path. */
function path(address: string): string {
  if (address !== "" && !isMailbox(address) && !/^postmaster$/i.test(address))
    throw new LocalError("SMTP_ARGUMENT", `${JSON.stringify(address.slice(0, 60))} is no address for SMTP`);
  return `<${address}>`;
}

function mailWords(parameters: MailParameters, extensions: Extensions): string {
  const { size, body, smtputf8, ret, envid, auth } = parameters;
  let said = "";
  const add = (offered: boolean, extension: string, word: string): void => {
    if (!offered) throw notOffered(extension);
    said += ` ${word}`;
  };
  if (size !== undefined) add(extensions.size !== undefined, "SIZE", `SIZE=${size}`);
  if (body !== undefined) add(extensions.eightBitMime, "8BITMIME", `BODY=${body}`);
  if (smtputf8) add(extensions.smtpUtf8, "SMTPUTF8", "SMTPUTF8");
  if (ret !== undefined) add(extensions.dsn, "DSN", `RET=${ret}`);
  if (envid !== undefined) add(extensions.dsn, "DSN", `ENVID=${xtext(envid)}`);
  // RFC 4954 §5: `<>` says that nobody is known to have submitted it.
  if (auth !== undefined) add(extensions.auth.length > 0, "AUTH", `AUTH=${auth === "" ? "<>" : xtext(auth)}`);
  return said;
}

function rcptWords({ notify, orcpt }: RcptParameters, { dsn }: Extensions): string {
  if ((notify !== undefined || orcpt !== undefined) && !dsn) throw notOffered("DSN");
  const notified = notify === undefined ? "" : ` NOTIFY=${notify.join(",")}`;
  if (orcpt === undefined) return notified;
  if (!/^[A-Za-z0-9-]{1,40}$/.test(orcpt.addressType))
    throw new LocalError("SMTP_ARGUMENT", "this is no type of an address");
  return `${notified} ORCPT=${orcpt.addressType};${xtext(orcpt.address)}`;
}

/** RFC 3461 §4: ASCII that is not printable, "+" and "=" as two hexadecimal digits; RFC 6533 §3: the rest as it is. */
function xtext(text: string): string {
  return text.replaceAll(
    /[\0- +=\x7f]/g,
    (letter) => `+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function notOffered(extension: string): LocalError {
  return new LocalError("SMTP_NOT_OFFERED", `the server does not offer ${extension}`);
}
