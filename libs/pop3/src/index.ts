export { commands, type CommandRule, type Pop3State, type Verb } from "./commands.ts";
export type { ErrorCode, Pop3ServerAction, Pop3ServerEvent, Pop3ServerWait } from "./events.ts";
export { defaultPop3Limits, type Pop3Limits } from "./limits.ts";
export { Pop3Server, type Pop3ServerOptions } from "./server.ts";
export { Pop3Client, type Pop3ClientOptions } from "./client.ts";
export { fitsPop3AuthLine, formatPop3Command } from "./client-commands.ts";
export type { Pop3Asked, Pop3ClientAction, Pop3ClientEvent, Pop3Listed } from "./client-events.ts";
export {
  pop3ClientLegality,
  type Pop3ClientRule,
  type Pop3ClientState,
  type Pop3ClientWait,
} from "./client-legality.ts";
export { defaultPop3ClientLimits, type Pop3ClientLimits } from "./client-limits.ts";
export {
  noCapabilities,
  parseCapabilities,
  parseScanListing,
  parseStat,
  parseUniqueId,
  type Pop3Capabilities,
} from "./listings.ts";
export { describeResponse, type Pop3Response } from "./responses.ts";
export {
  explainCapability,
  explainedPop3,
  explainPop3Reply,
  explainPop3SaslStep,
  explainPop3State,
  explainPop3Verb,
  explainResponseCode,
} from "./explain.ts";
export { Pop3Dissector } from "./dissect.ts";
