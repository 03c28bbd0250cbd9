export { FtpClient, type FtpClientOptions } from "./client.ts";
export { formatClientCommand, showClientCommand } from "./client-commands.ts";
export type { AskedFtp, FtpClientAction, FtpClientEvent } from "./client-events.ts";
export {
  clientVerbs,
  ftpClientLegality,
  type ClientVerb,
  type FtpClientRule,
  type FtpClientState,
  type FtpClientWait,
} from "./client-legality.ts";
export { defaultFtpClientLimits, type FtpClientLimits } from "./client-limits.ts";
export {
  formatExtendedPort,
  formatPort,
  noFeatures,
  parseDescribed,
  parseExtendedPassive,
  parseFeatures,
  parseModified,
  parsePassive,
  parseQuotedPath,
  parseSize,
  type DataAddress,
  type FtpFeatures,
} from "./client-replies.ts";
export { formatTime, parseFacts, parseTime, type FactsLine } from "./facts.ts";
export { parseListLine, type ListedEntry } from "./listing-parser.ts";
export { defaultReplyLimits, describeReply, type Reply, type ReplyLimits } from "./replies.ts";
