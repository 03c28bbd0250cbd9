/**
 * What is typed into the search: words that are all to be found, `"several words"` as they stand, `from:`, `to:` and
 * `subject:` for one field, `is:unread` and `is:read`, and `-` in front of what is not to be there.
 */
import type { Summary } from "./summary.ts";

export interface Searched extends Pick<Summary, "subject" | "from" | "to" | "excerpt" | "reversePath"> {
  readonly mailbox: string;
  readonly seen: boolean;
}

/** Undefined: what the list knows does not decide, the text must be looked at. */
export type Verdict = boolean | undefined;

type Test = (message: Searched, text: string | undefined) => Verdict;

const fields: Readonly<Record<string, (message: Searched) => readonly string[]>> = {
  from: ({ from, reversePath }) => [from, reversePath],
  to: ({ to, mailbox }) => [to, mailbox],
  subject: ({ subject }) => [subject],
};

/** A word, or one with a field; what is in quotes holds blanks. A quote that is not closed goes to the end. */
const TERM = /(-?)(?:(from|to|subject|is):)?(?:"([^"]*)"?|(\S+))/giu;

/**
 * Judges a letter by what is typed; `text` is the whole of it, in one line and in small letters. Finds all where nothing
 * is asked. Letters of either case are the same.
 */
export function finder(typed: string): Test {
  const tests = [...typed.matchAll(TERM)].map(([whole, not = "", field, phrase, word]) =>
    testOf(whole, not !== "", field?.toLowerCase(), inOneLine(phrase ?? word ?? "")),
  );
  return (message, text) => {
    let verdict: Verdict = true;
    for (const test of tests) {
      const one = test(message, text);
      if (one === false) return false;
      if (one === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function testOf(whole: string, not: boolean, field: string | undefined, wanted: string): Test {
  const test = field === "is" ? stateOf(wanted) : has(wanted, field);
  // `is:` of what nothing is: somebody looks for just these letters.
  if (test === undefined) return has(inOneLine(whole), undefined);
  if (!not) return test;
  return (message, text) => {
    const verdict = test(message, text);
    return verdict === undefined ? undefined : !verdict;
  };
}

function stateOf(wanted: string): Test | undefined {
  if (wanted === "unread") return ({ seen }) => !seen;
  return wanted === "read" ? ({ seen }) => seen : undefined;
}

function has(wanted: string, field: string | undefined): Test {
  const textsOf = fields[field ?? ""];
  if (textsOf !== undefined) return (message) => holds(textsOf(message), wanted);
  return (message, text) => holds(everything(message), wanted) || text?.includes(wanted);
}

function holds(texts: readonly string[], wanted: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function everything(message: Searched): readonly string[] {
  const { subject, from, to, excerpt, reversePath, mailbox } = message;
  // What stands in one is not found across two.
  return [subject, from, to, excerpt, reversePath, mailbox];
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").toLowerCase();
}
