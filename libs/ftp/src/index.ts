export { countLf, FromNetwork, toNetwork } from "./ascii.ts";
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
  noFeatures,
  parseDescribed,
  parseExtendedPassive,
  parseFeatures,
  parseModified,
  parsePassive,
  parseQuotedPath,
  parseSize,
  type FtpFeatures,
} from "./client-replies.ts";
export {
  commands,
  isVerb,
  verbs,
  type CommandRule,
  type FtpState,
  type TransferVerb,
  type Verb,
} from "./commands.ts";
export { FtpDissector } from "./dissect.ts";
export {
  explainedFtp,
  explainFact,
  explainFtpFeature,
  explainFtpReply,
  explainFtpState,
  explainFtpVerb,
} from "./explain.ts";
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
  formatExtendedPort,
  formatPort,
  parseEprt,
  parseListArgument,
  parsePort,
  quotePath,
  type DataAddress,
  type ListArgument,
} from "./grammar.ts";
export { formatHash, hashAlgorithms, hashVerbs, type HashAlgorithm } from "./hash.ts";
export { formatListLine, type ListedFile } from "./listing.ts";
export { parseListLine, type ListedEntry } from "./listing-parser.ts";
export {
  defaultReplyLimits,
  describeReply,
  encodeText,
  formatReply,
  oneLine,
  reply,
  scanReplyLine,
  type Reply,
  type ReplyLimits,
  type ReplyLine,
} from "./replies.ts";
export { FtpServer, type FtpServerOptions } from "./server.ts";
export type { FtpServerAction, FtpServerEvent, FtpServerWait, Representation } from "./server-events.ts";
export { defaultFtpServerLimits, type FtpServerLimits } from "./server-limits.ts";
