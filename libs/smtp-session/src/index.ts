export { connectSmtp } from "./connect.ts";
export type { DialogueLine } from "./dialogue.ts";
export { SendInterrupted, SmtpError, type SmtpErrorCode } from "./errors.ts";
export {
  defaultSmtpDeadlines,
  type ConnectSmtpOptions,
  type Login,
  type Mechanism,
  type SmtpDeadlines,
  type TlsMode,
} from "./options.ts";
export { scramCrypto } from "./scram-crypto.ts";
export type { Secured } from "./secured-tap.ts";
export { SmtpSession, type SessionFacts } from "./session.ts";
export {
  describeResult,
  type Content,
  type RecipientResult,
  type SendOptions,
  type SendResult,
} from "./transaction.ts";
