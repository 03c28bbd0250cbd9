/** What the server core tells, and what it is told. Each event but `content` waits for exactly one action. */
import type { MailParameters, RcptParameters, Reply } from "./envelope.ts";

export type SmtpServerEvent =
  /** The greeting is due: 220, or 554 and the end (RFC 5321 §3.1). */
  | { readonly type: "connected" }
  | { readonly type: "hello"; readonly domain: string; readonly extended: boolean; readonly reply: Reply }
  | { readonly type: "mail"; readonly reversePath: string; readonly parameters: MailParameters }
  | { readonly type: "rcpt"; readonly forwardPath: string; readonly parameters: RcptParameters }
  /** May the content come? DATA: answer 354 or a refusal. BDAT: its octets come anyway; answer `take` or a refusal. */
  | { readonly type: "data"; readonly by: "DATA" | "BDAT" }
  /** A view; dots are taken out. */
  | { readonly type: "content"; readonly octets: Uint8Array }
  /** One BDAT that was not the last is whole. */
  | { readonly type: "chunk"; readonly reply: Reply }
  /** The message is whole: the reply says whose it is from now on. */
  | { readonly type: "end" }
  /** The content was read to its end and cannot be taken: let go of it. */
  | { readonly type: "spoilt"; readonly reply: Reply }
  | { readonly type: "authenticate"; readonly mechanism: string; readonly initial: Uint8Array | undefined }
  /** RFC 4954 §4: "cancel" is the client's `*`: answer 501. */
  | { readonly type: "response"; readonly octets: Uint8Array | "cancel" }
  /** RFC 3207: `startTls` with this reply, and a fresh core behind it. */
  | { readonly type: "starttls"; readonly reply: Reply }
  | { readonly type: "verify"; readonly text: string; readonly reply: Reply }
  | { readonly type: "reset"; readonly reply: Reply }
  /** NOOP, HELP, EXPN, QUIT. */
  | { readonly type: "other"; readonly reply: Reply }
  /** A fault the session goes on after. */
  | { readonly type: "refused"; readonly what: string; readonly reply: Reply }
  /** We are shutting down and no transaction is open. */
  | { readonly type: "leaving"; readonly reply: Reply };

export type SmtpServerAction =
  | { readonly type: "reply"; readonly reply: Reply }
  /** 334 with these octets in base64. */
  | { readonly type: "challenge"; readonly octets: Uint8Array }
  /** The octets of BDAT are wanted. */
  | { readonly type: "take" };

/** Clocks: a command, the content, an answer to a challenge. RFC 5321 §4.5.3.2. */
export type SmtpServerWait = "command" | "content" | "challenge";
