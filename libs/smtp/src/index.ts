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
export { commands, type CommandRule, type SmtpState, type Verb } from "./commands.ts";
export { isAscii, isDomain, isDomainOrLiteral, isMailbox, parsePath, type ParsedPath } from "./grammar.ts";
export {
  parameterKeywords,
  parseMailParameters,
  parseRcptParameters,
  parseXtext,
  type ParameterFault,
} from "./parameters.ts";
export { SmtpServer, type SmtpServerOptions } from "./server.ts";
export type { SmtpServerAction, SmtpServerEvent, SmtpServerWait } from "./server-events.ts";
export { defaultSmtpServerLimits, type SmtpServerLimits } from "./server-limits.ts";
export {
  explainCancel,
  explained,
  explainEnhanced,
  explainExtension,
  explainMechanism,
  explainParameter,
  explainReply,
  explainSaslStep,
  explainState,
  explainVerb,
} from "./explain.ts";
export { SmtpDissector } from "./dissect.ts";
