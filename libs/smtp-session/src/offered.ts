/** An envelope as this server can take it: what is only good to know is left out, what matters is an error. */
import { isAscii, type Envelope, type Extensions } from "@socketscope/smtp";
import { SmtpError } from "./errors.ts";

/** Throws SmtpError "TOO_LARGE", "NOT_OFFERED" and "ARGUMENT". */
export function adapted(envelope: Envelope, size: number, extensions: Extensions): Envelope {
  const { body, smtputf8, ret, envid, auth } = envelope.parameters;
  // RFC 1870 §4: what is larger than the server says is not tried.
  if (extensions.size !== undefined && size > extensions.size)
    throw new SmtpError(
      "TOO_LARGE",
      `the message is ${size} octets long, the server takes ${extensions.size}`,
    );
  // RFC 6531 §3.2, RFC 6152 §3: a server without it cannot be given such a message as it is.
  if (smtputf8 && !extensions.smtpUtf8)
    throw new SmtpError("NOT_OFFERED", "the message needs SMTPUTF8, which the server does not offer");
  if (body === "8BITMIME" && !extensions.eightBitMime)
    throw new SmtpError("NOT_OFFERED", "the message needs 8BITMIME, which the server does not offer");
  const addresses = [envelope.reversePath, ...envelope.recipients.map(({ forwardPath }) => forwardPath)];
  // RFC 6531 §3.4: whoever sends an address in UTF-8 says so with MAIL; without it no server need take it.
  if (!smtputf8 && !addresses.every(isAscii))
    throw new SmtpError("ARGUMENT", "an address in UTF-8 is sent with SMTPUTF8 only");
  const { dsn } = extensions;
  return {
    reversePath: envelope.reversePath,
    parameters: {
      size: extensions.size === undefined ? undefined : size,
      body: extensions.eightBitMime ? body : undefined,
      smtputf8,
      // RFC 3461 §5.2.2: a server that does not know DSN is given none of it.
      ret: dsn ? ret : undefined,
      envid: dsn ? envid : undefined,
      auth: extensions.auth.length > 0 ? auth : undefined,
    },
    recipients: dsn
      ? envelope.recipients
      : envelope.recipients.map(({ forwardPath }) => ({ forwardPath, parameters: {} })),
  };
}
