/**
 * The text of a firewall rule and what it matches.
 *
 *     reject 10.0.0.0/8 port 2525      allow ::1      drop any port 8080-8090
 *
 * `ACTION NETWORK [port P|P-Q]`; the port is ours, the network the peer's. Rules are asked in order, the first that
 * matches decides; where none does, the peer is let in.
 */
import { CidrError, contains, parseCidr, type Cidr } from "./cidr.ts";

export type Action = "allow" | "drop" | "reject";

export interface Rule {
  /** As the user wrote it, white space made single: this is what every report shows. */
  readonly text: string;
  readonly action: Action;
  /** Undefined: `any`, IPv4 and IPv6. */
  readonly network: Cidr | undefined;
  /** Our own ports, both ends included. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
}

/** A rule or a limit that cannot be read. `token` is the piece at fault; the message is one line, fit for a user. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  readonly code = "FIREWALL_RULE";
  readonly token: string;
  constructor(line: string, token: string, why: string) {
    super(`firewall rule "${line}": "${token}": ${why}`);
    this.token = token;
  }
}

const actions: readonly Action[] = ["allow", "drop", "reject"];

function parseNetwork(line: string, token: string): Cidr | undefined {
  if (token === "any") return undefined;
  try {
    return parseCidr(token);
  } catch (error) {
    if (!(error instanceof CidrError)) throw error;
    throw new RuleError(line, token, error.message.slice(error.message.lastIndexOf('": ') + 3));
  }
}

function parsePorts(line: string, token: string): Rule["ports"] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(token);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || from > 65_535 || to > 65_535) {
    throw new RuleError(line, token, "a port is 0 to 65535, a range is written 8080-8090");
  }
  if (from > to) throw new RuleError(line, token, "the range runs backwards");
  return { from, to };
}

/** Reads one rule. Throws {@link RuleError}. */
export function parseRule(text: string): Rule {
  const tokens = text.split(/\s+/).filter((token) => token !== "");
  const line = tokens.join(" ");
  const [verb = "", network, keyword, ports, extra] = tokens;
  const action = actions.find((known) => known === verb);
  if (action === undefined) throw new RuleError(line, verb, "a rule begins with allow, drop or reject");
  if (network === undefined) throw new RuleError(line, verb, "needs a network, e.g. 10.0.0.0/8, ::1 or any");
  const cidr = parseNetwork(line, network);
  if (keyword === undefined) return { text: line, action, network: cidr, ports: undefined };
  if (keyword !== "port") throw new RuleError(line, keyword, "only `port` may follow the network");
  if (ports === undefined)
    throw new RuleError(line, keyword, "needs a port or a range, e.g. 2525 or 8080-8090");
  if (extra !== undefined) throw new RuleError(line, extra, "nothing may follow the port");
  return { text: line, action, network: cidr, ports: parsePorts(line, ports) };
}

/** Reads a file of rules: one a line; empty lines and everything after `#` are left out. Throws {@link RuleError}. */
export function parseRules(text: string): Rule[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  return lines.filter((line) => line !== "").map(parseRule);
}

/** Whether the rule speaks of this peer at our port. `peer`: octets as `parseAddress` gives them. */
export function matches(rule: Rule, peer: Uint8Array, ourPort: number): boolean {
  if (rule.ports !== undefined && (ourPort < rule.ports.from || ourPort > rule.ports.to)) return false;
  return rule.network === undefined || contains(rule.network, peer);
}
