/** From `--firewall`, `--rate` and the connection caps to a firewall, and to its rules again when a file has changed. */
import { readFile } from "node:fs/promises";
import { type Decision, Firewall, parseRule, parseRules, RuleError } from "@socketscope/socket-core";
import { codeOf, UsageError } from "./errors.ts";
import { BadValue, type Kind, path } from "./option-kinds.ts";
import type { ServerOptions } from "./server-options.ts";

/** A rule, or a file with one rule a line. */
export type FirewallSource = { readonly rule: string } | { readonly file: string };

/** Characters of all the rules of one file. */
const MAX_FILE = 256 * 1024;

/** What begins with a rule's first word is a rule; everything else is a file. */
export const firewallSource: Kind<FirewallSource> = {
  argument: "RULE|FILE",
  read(text, base) {
    if (!/^\s*(?:allow|drop|reject)(?:\s|$)/.test(text)) return { file: path("FILE").read(text, base) };
    try {
      return { rule: parseRule(text).text };
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      throw new BadValue(`${error.message} (a rule is 'reject 10.0.0.0/8 port 2525')`);
    }
  },
};

/** Reads the files now, so that SIGHUP can call it again. Throws {@link UsageError} naming the file. */
export async function readFirewallRules(sources: readonly FirewallSource[]): Promise<string[]> {
  const rules: string[] = [];
  for (const source of sources) {
    if ("rule" in source) rules.push(source.rule);
    else rules.push(...(await rulesOf(source.file)));
  }
  return rules;
}

async function rulesOf(file: string): Promise<string[]> {
  try {
    const text = await readFile(file, "utf8");
    if (text.length > MAX_FILE)
      throw new UsageError("USAGE_FIREWALL", `--firewall ${file}: longer than ${MAX_FILE} characters`);
    return parseRules(text).map((rule) => rule.text);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = codeOf(error);
    const why =
      error instanceof RuleError
        ? error.message
        : code === "ENOENT"
          ? "there is no such file"
          : `cannot be read (${code})`;
    throw new UsageError("USAGE_FIREWALL", `--firewall ${file}: ${why}`, { cause: error });
  }
}

/** The firewall that the common options ask for. */
export async function openFirewall(
  options: Pick<ServerOptions<string>, "firewall" | "rate" | "maxConnections" | "maxConnectionsPerAddress">,
  onDecision?: (decision: Decision) => void,
): Promise<Firewall> {
  return new Firewall({
    now: () => performance.now(),
    rules: await readFirewallRules(options.firewall),
    limits: {
      ratePerAddress: options.rate,
      connectionsPerAddress: options.maxConnectionsPerAddress,
      connections: options.maxConnections,
    },
    ...(onDecision && { onDecision }),
  });
}
