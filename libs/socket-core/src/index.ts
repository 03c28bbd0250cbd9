export type { Address, CloseReason, Flow, Tap } from "./flow.ts";
export type { Receiver, Stream, TlsOptions } from "./stream.ts";
export type { Admission, Verdict } from "./admission.ts";
export { accountOf, CidrError, contains, formatAddress, parseAddress, parseCidr, type Cidr } from "./cidr.ts";
export {
  BanListFullError,
  Firewall,
  type Decision,
  type FirewallOptions,
  type FirewallStatus,
} from "./firewall.ts";
export type { Ban } from "./firewall-bans.ts";
export {
  defaultLimits,
  LimitSyntaxError,
  parseCap,
  parseRate,
  type Counts,
  type Limits,
} from "./firewall-limits.ts";
export { parseRule, parseRules, RuleError, type Rule } from "./firewall-rules.ts";
