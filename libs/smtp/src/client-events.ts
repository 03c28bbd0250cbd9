/** What the SMTP client core says and is told (RFC 5321 §4.1.1, RFC 3030, RFC 3207, RFC 4954). */
import type { MailParameters, Recipient, Reply } from "./envelope.ts";

/** What a reply can answer: a command, the greeting's due, or the content behind DATA. */
export type Asked =
  | "greeting"
  | "EHLO"
  | "HELO"
  | "MAIL"
  | "RCPT"
  | "DATA"
  | "content"
  | "BDAT"
  | "RSET"
  | "NOOP"
  | "VRFY"
  | "STARTTLS"
  | "AUTH"
  | "QUIT";

export type SmtpClientEvent =
  /** Replies come in the order of what was asked. */
  | { readonly type: "reply"; readonly to: Asked; readonly reply: Reply }
  /** 334, decoded from base64; undefined when it was none: cancel then (RFC 4954 §4). */
  | { readonly type: "challenge"; readonly octets: Uint8Array | undefined }
  /** 421 (RFC 5321 §3.8), asked or not: it stands for all that is unanswered, the connection is over. */
  | { readonly type: "closing"; readonly reply: Reply };

export type SmtpClientAction =
  | { readonly type: "ehlo"; readonly domain: string }
  | { readonly type: "helo"; readonly domain: string }
  | { readonly type: "starttls" }
  /** `initial`: sent with the command (RFC 4954 §4); empty is not the same as none. */
  | { readonly type: "auth"; readonly mechanism: string; readonly initial?: Uint8Array | undefined }
  | { readonly type: "respond"; readonly octets: Uint8Array | "cancel" }
  | { readonly type: "mail"; readonly reversePath: string; readonly parameters: MailParameters }
  | { readonly type: "rcpt"; readonly recipient: Recipient }
  | { readonly type: "data" }
  /** Lines that end in CRLF; dots are the core's. Only behind a 354. */
  | { readonly type: "content"; readonly octets: Uint8Array }
  | { readonly type: "end" }
  /** RFC 3030 §2. The message's last line gets its CRLF where it has none. */
  | { readonly type: "bdat"; readonly octets: Uint8Array; readonly last: boolean }
  | { readonly type: "rset" }
  | { readonly type: "noop" }
  | { readonly type: "vrfy"; readonly text: string }
  | { readonly type: "quit" };
