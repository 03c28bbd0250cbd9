export type * from "./envelope.ts";
export {
  defaultReplyLimits,
  describeReply,
  formatReply,
  ReplyReader,
  scanReplyLine,
  type ReplyLimits,
  type ReplyLine,
} from "./replies.ts";
export { noExtensions, parseExtensions, type Extensions } from "./replies-extensions.ts";
export { SmtpClient, type SmtpClientOptions } from "./client.ts";
export { fitsAuthLine, formatCommand } from "./client-commands.ts";
export type { Asked, SmtpClientAction, SmtpClientEvent } from "./client-events.ts";
export {
  smtpClientLegality,
  type ClientRule,
  type SmtpClientState,
  type SmtpClientWait,
} from "./client-legality.ts";
export { defaultSmtpClientLimits, type SmtpClientLimits } from "./client-limits.ts";
