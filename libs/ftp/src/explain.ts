/** One plain sentence for every word FTP says: commands, reply codes, features, facts, states. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import { commands, isVerb, type FtpState, type Verb } from "./commands.ts";
import { CODE_CLASSES, CODES } from "./explain/codes.ts";
import { FOREIGN_VERBS, VERBS } from "./explain/verbs.ts";
import { FACTS, FEATURES, STATES } from "./explain/words.ts";

/** Every table, for who lists or tests them. */
export const explainedFtp = {
  verbs: Object.keys(VERBS),
  foreignVerbs: Object.keys(FOREIGN_VERBS),
  codes: Object.keys(CODES).map(Number),
  facts: Object.keys(FACTS),
  features: Object.keys(FEATURES),
  states: Object.keys(STATES),
} as const;

/** `verb` in any case (RFC 959 §5.3). What follows is what the core takes behind its positive reply. */
export function explainFtpVerb(verb: string): Explanation {
  const word = verb.toUpperCase();
  if (isVerb(word)) return { ...explanationOf(VERBS[word]), follows: following(word) };
  return (
    found(FOREIGN_VERBS, word) ??
    unexplained("A command not known here; a server that does not know it answers 500.", "RFC 959 §5.4", [
      "500",
    ])
  );
}

function following(verb: Verb): readonly string[] {
  const { leadsTo, legalIn } = commands[verb];
  const states: readonly FtpState[] =
    leadsTo === "same" ? legalIn : leadsTo === "tls" ? ["start"] : [leadsTo];
  return Object.entries(commands).flatMap(([name, rule]) => {
    const legal: readonly FtpState[] = rule.legalIn;
    return states.some((state) => legal.includes(state)) ? [name] : [];
  });
}

/** `to`: the command that it answers; a transfer's last reply answers the transfer. */
export function explainFtpReply(code: number, to?: string): Explanation {
  if (code === 226 && to?.toUpperCase() !== "ABOR")
    return explanationOf(["The transfer is complete, and the data connection closes.", "RFC 959 §4.2.2"]);
  const known = CODES[code];
  if (known !== undefined) return explanationOf(known);
  const meaning = CODE_CLASSES[Math.floor(code / 100)];
  return unexplained(
    meaning === undefined
      ? "No reply of FTP has such a code."
      : `A code not known here; its first digit says: ${meaning}.`,
    "RFC 959 §4.2.1",
  );
}

/** A line of FEAT's reply: its first word. */
export function explainFtpFeature(word: string): Explanation {
  return (
    found(FEATURES, word.toUpperCase()) ??
    unexplained("A feature not known here; a client that does not know it leaves it alone.", "RFC 2389 §3.2")
  );
}

export function explainFact(name: string): Explanation {
  const wanted = name.toLowerCase();
  const [, entry] = Object.entries(FACTS).find(([known]) => known.toLowerCase() === wanted) ?? [];
  return entry === undefined
    ? unexplained("A fact not known here; a client that does not know it passes over it.", "RFC 3659 §7.2")
    : explanationOf(entry);
}

export function explainFtpState(state: FtpState): Explanation {
  return explanationOf(STATES[state]);
}

function found(table: Readonly<Record<string, Entry>>, word: string): Explanation | undefined {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  return entry === undefined ? undefined : explanationOf(entry);
}
