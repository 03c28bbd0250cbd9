/**
 * One plain sentence for every word SMTP says: commands, parameters, extensions, reply codes, enhanced codes, the steps
 * of a login. Anything else gets a sentence that says it is not known here and what the RFC lets one conclude.
 */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import { commands, isVerb, type SmtpState, type Verb } from "./commands.ts";
import { CODE_CLASSES, CODES, ENHANCED } from "./explain/codes.ts";
import { ANSWERS } from "./explain/answers.ts";
import { ANY_STEP, GIVES_UP, SASL_STEPS } from "./explain/sasl.ts";
import { LEADS_TO, STATES, VERBS } from "./explain/verbs.ts";
import {
  EXTENSIONS,
  FOREIGN_PARAMETERS,
  MAIL_PARAMETERS,
  MECHANISMS,
  RCPT_PARAMETERS,
} from "./explain/words.ts";

/** Every table, for who lists or tests them. */
export const explained = {
  verbs: Object.keys(VERBS),
  mailParameters: Object.keys(MAIL_PARAMETERS),
  rcptParameters: Object.keys(RCPT_PARAMETERS),
  foreignParameters: Object.keys(FOREIGN_PARAMETERS),
  extensions: Object.keys(EXTENSIONS),
  mechanisms: Object.keys(MECHANISMS),
  codes: Object.keys(CODES).map(Number),
  /** Without their class: "7.1". */
  enhanced: Object.keys(ENHANCED),
  states: Object.keys(STATES),
} as const;

/** `verb` in any case (RFC 5321 §2.4). What follows is what the core takes behind it. */
export function explainVerb(verb: string): Explanation {
  const word = verb.toUpperCase();
  if (!isVerb(word))
    return unexplained("A command not known here; a server answers 500.", "RFC 5321 §4.2.4", ["500"]);
  return { ...explanationOf(VERBS[word]), follows: following(word) };
}

/** The commands legal where `verb` leads. */
function following(verb: Verb): readonly string[] {
  const states = LEADS_TO[verb].length > 0 ? LEADS_TO[verb] : commands[verb].legalIn;
  const next = Object.entries(commands).filter(([, { legalIn }]) => {
    const legal: readonly SmtpState[] = legalIn;
    return states.some((state) => legal.includes(state));
  });
  return next.map(([name]) => name);
}

export function explainParameter(verb: string, keyword: string): Explanation {
  const word = keyword.toUpperCase();
  const table = verb.toUpperCase() === "RCPT" ? RCPT_PARAMETERS : MAIL_PARAMETERS;
  return (
    found(table, word) ??
    found(FOREIGN_PARAMETERS, word) ??
    unexplained(
      "A parameter not known here; a server that does not know it answers 555.",
      "RFC 5321 §4.1.1.11",
      ["555"],
    )
  );
}

/** A keyword of the answer to EHLO. */
export function explainExtension(keyword: string): Explanation {
  return (
    found(EXTENSIONS, keyword.toUpperCase()) ??
    unexplained(
      "An extension not known here; a client that does not know it leaves it alone.",
      "RFC 5321 §4.1.1.1",
    )
  );
}

export function explainMechanism(name: string): Explanation {
  return (
    found(MECHANISMS, name.toUpperCase()) ?? unexplained("A SASL mechanism not known here.", "RFC 4422 §3.1")
  );
}

/** `to`: the command it answers, "content" behind the dot, "greeting" where nothing was asked. */
export function explainReply(code: number, to?: string): Explanation {
  const answer = to === undefined ? undefined : ANSWERS[`${code} ${to.toUpperCase()}`];
  const entry = answer ?? CODES[code];
  if (entry !== undefined) return explanationOf(entry);
  const meaning = CODE_CLASSES[Math.floor(code / 100)];
  if (meaning === undefined) return unexplained("No reply code: those begin with 2 to 5.", "RFC 5321 §4.2.1");
  // RFC 5321 §4.3.2: a client that does not know a code goes by its first digit.
  return unexplained(`A code not known here; its first digit says: ${meaning}.`, "RFC 5321 §4.2.1");
}

/** `5.7.1`: what it is about, and by its class how it ended. */
export function explainEnhanced(code: string): Explanation {
  const [, family = "", detail = ""] = /^([245])\.(\d{1,3}\.\d{1,3})$/.exec(code) ?? [];
  const ended = CODE_CLASSES[Number(family)];
  if (ended === undefined) return unexplained("No enhanced status code.", "RFC 3463 §2");
  const entry = Object.hasOwn(ENHANCED, detail) ? ENHANCED[detail] : undefined;
  if (entry === undefined)
    return unexplained(`A code not known here; its class says: ${ended}.`, "RFC 3463 §2");
  const [sentence, source] = entry;
  return explanationOf([`${sentence.replace(/\.$/, "")}: ${ended}.`, source]);
}

/** `step` counts from 1 for each side. */
export function explainSaslStep(mechanism: string, who: "client" | "server", step: number): Explanation {
  const name = mechanism.toUpperCase().replace(/^SCRAM-.*/, "SCRAM-SHA-256");
  const steps = Object.hasOwn(SASL_STEPS, name) ? SASL_STEPS[name]?.[who] : undefined;
  return explanationOf(steps?.[step - 1] ?? ANY_STEP[who]);
}

export function explainCancel(): Explanation {
  return explanationOf(GIVES_UP);
}

export function explainState(state: SmtpState): Explanation {
  return explanationOf(STATES[state]);
}

function found(table: Readonly<Record<string, Entry>>, word: string): Explanation | undefined {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  return entry === undefined ? undefined : explanationOf(entry);
}
