/** One plain sentence for every word POP3 says: commands, capabilities, answers, response codes, states. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import { commands, isVerb, type Pop3State, type Verb } from "./commands.ts";
import { CAPABILITIES, CODES, FOREIGN_VERBS, LEADS_TO, OK, STATES, VERBS } from "./explain/words.ts";

/** Every table, for who lists or tests them. */
export const explainedPop3 = {
  verbs: Object.keys(VERBS),
  foreignVerbs: Object.keys(FOREIGN_VERBS),
  capabilities: Object.keys(CAPABILITIES),
  codes: Object.keys(CODES),
  states: Object.keys(STATES),
} as const;

/** `verb` in any case (RFC 1939 §3). What follows is what the core takes behind it. */
export function explainPop3Verb(verb: string): Explanation {
  const word = verb.toUpperCase();
  if (isVerb(word)) return { ...explanationOf(VERBS[word]), follows: following(word) };
  return (
    found(FOREIGN_VERBS, word) ??
    // RFC 1939 §3: what is not known is answered with -ERR.
    unexplained("A command not known here; a server that does not know it answers -ERR.", "RFC 1939 §3", [
      "-ERR",
    ])
  );
}

function following(verb: Verb): readonly string[] {
  const next = LEADS_TO[verb];
  const states: readonly Pop3State[] = next === undefined ? commands[verb].legalIn : [next];
  return Object.entries(commands).flatMap(([name, { legalIn }]) => {
    const legal: readonly Pop3State[] = legalIn;
    return states.some((state) => legal.includes(state)) ? [name] : [];
  });
}

export function explainCapability(keyword: string): Explanation {
  return (
    found(CAPABILITIES, keyword.toUpperCase()) ??
    unexplained("A capability not known here; a client that does not know it leaves it alone.", "RFC 2449 §5")
  );
}

/** `to`: the command that it answers; undefined: nothing was asked, as with the greeting. */
export function explainPop3Reply(good: boolean, to?: string, code?: string): Explanation {
  if (code !== undefined) return explainResponseCode(code);
  if (to === undefined) {
    return explanationOf(
      good
        ? [
            "In POP3 the server speaks first. +OK means: you may log in.",
            "RFC 1939 §4",
            "USER",
            "AUTH",
            "STLS",
            "CAPA",
          ]
        : ["The server does not want to talk now.", "RFC 1939 §3"],
    );
  }
  if (!good) return explanationOf(["No: it was not done, and the text says why.", "RFC 1939 §3"]);
  const word = to.toUpperCase();
  return explanationOf(isVerb(word) ? OK[word] : ["Yes: it was done.", "RFC 1939 §3"]);
}

/** What stands in brackets behind -ERR. */
export function explainResponseCode(code: string): Explanation {
  return (
    found(CODES, code.toUpperCase()) ??
    unexplained("A reason not known here; the text says more.", "RFC 2449 §8")
  );
}

export function explainPop3State(state: Pop3State): Explanation {
  return explanationOf(STATES[state]);
}

/** A step of a login; what it says stays hidden. */
export function explainPop3SaslStep(who: "client" | "server"): Explanation {
  return explanationOf(
    who === "client"
      ? ["The client's answer to the challenge, in base64.", "RFC 5034 §4"]
      : ["The server's challenge, in base64.", "RFC 5034 §4"],
  );
}

function found(table: Readonly<Record<string, Entry>>, word: string): Explanation | undefined {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  return entry === undefined ? undefined : explanationOf(entry);
}
