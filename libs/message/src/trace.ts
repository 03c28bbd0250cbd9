/** RFC 5321 §4.4: the fields that tell which way a message came. */
import { dateTime } from "./date.ts";

export interface Received {
  /** What the client called itself. */
  readonly helo: string;
  /** Its address; undefined for what we made ourselves. */
  readonly from: { readonly host: string; readonly port: number } | undefined;
  readonly local: { readonly host: string; readonly port: number } | undefined;
  /** What we call ourselves. */
  readonly by: string;
  readonly with: Transmission;
  readonly tls: { readonly protocol: string; readonly cipher: string } | undefined;
  readonly id: string;
  /** Named only where it is the only one: with several it would show the hidden ones (RFC 5321 §7.2). */
  readonly recipient: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the `with` clause is made of: RFC 3848, RFC 6531 §4.3. */
export interface Transmission {
  readonly extended: boolean;
  readonly secure: boolean;
  readonly authenticated: boolean;
  readonly utf8: boolean;
}

/** The registered names: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, UTF8SMTP…. */
export function transmissionType({ extended, secure, authenticated, utf8 }: Transmission): string {
  const flags = `${secure ? "S" : ""}${authenticated ? "A" : ""}`;
  if (utf8) return `UTF8SMTP${flags}`;
  return extended || flags !== "" ? `ESMTP${flags}` : "SMTP";
}

/** The whole field with its CRLF, folded. */
export function receivedField(received: Received): string {
  const { helo, from, local, by, tls, id, recipient, at } = received;
  const lines = [
    `Received: from ${word(helo)}${from === undefined ? "" : ` (${literal(from.host)}:${from.port})`}`,
    ` by ${word(by)}${local === undefined ? "" : ` (${literal(local.host)}:${local.port})`} with ${transmissionType(received.with)}`,
    ...(tls === undefined ? [] : [` (${word(tls.protocol)} ${word(tls.cipher)})`]),
    ` id ${word(id)}${recipient === undefined ? "" : ` for <${recipient}>`};`,
    ` ${dateTime(at)}`,
  ];
  return `${lines.join("\r\n")}\r\n`;
}

/** RFC 5321 §4.1.3. */
function literal(host: string): string {
  return host.includes(":") ? `[IPv6:${host}]` : `[${host}]`;
}

/** What a client said of itself is written into a field: nothing in it may end the line or the clause. */
function word(text: string): string {
  const clean = text.replaceAll(/[\0-\x20\x7f();<>,"\\]/g, "_").slice(0, 255);
  return clean === "" ? "unknown" : clean;
}

/** RFC 5321 §4.4: written where the message leaves SMTP. */
export function returnPathField(reversePath: string): string {
  return `Return-Path: <${reversePath}>\r\n`;
}

/** Whom this copy was for; not standardised, and what mail programs sort by. */
export function deliveredToField(mailbox: string): string {
  return `Delivered-To: ${mailbox}\r\n`;
}
