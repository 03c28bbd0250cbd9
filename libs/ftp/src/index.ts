export {
  commands,
  isVerb,
  verbs,
  type CommandRule,
  type FtpState,
  type TransferVerb,
  type Verb,
} from "./commands.ts";
export {
  defaultFacts,
  factNames,
  formatFacts,
  formatTime,
  parseFacts,
  parseTime,
  type FactName,
  type Facts,
  type FactsLine,
} from "./facts.ts";
export {
  defaultReplyLimits,
  describeReply,
  formatReply,
  oneLine,
  reply,
  ReplyReader,
  scanReplyLine,
  type Reply,
  type ReplyLimits,
  type ReplyLine,
} from "./replies.ts";
export type { FtpServerAction, FtpServerEvent, FtpServerWait, Representation } from "./server-events.ts";
export { defaultFtpServerLimits, type FtpServerLimits } from "./server-limits.ts";
