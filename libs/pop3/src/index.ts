export { commands, type CommandRule, type Pop3State, type Verb } from "./commands.ts";
export type { ErrorCode, Pop3ServerAction, Pop3ServerEvent, Pop3ServerWait } from "./events.ts";
export { defaultPop3Limits, type Pop3Limits } from "./limits.ts";
export { Pop3Server, type Pop3ServerOptions } from "./server.ts";
export {
  explainCapability,
  explainedPop3,
  explainPop3Reply,
  explainPop3SaslStep,
  explainPop3State,
  explainPop3Verb,
  explainResponseCode,
} from "./explain.ts";
export { Pop3Dissector, type Pop3DissectorOptions } from "./dissect.ts";
