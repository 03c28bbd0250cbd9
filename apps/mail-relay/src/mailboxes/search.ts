/**
 * What is typed into the search: words that are all to be found, `"several words"` as they stand, `from:`, `to:` and
 * `subject:` for one field, `is:unread` and `is:read`, and `-` in front of what is not to be there.
 */
import type { Summary } from "./summary.ts";

export interface Searched extends Pick<Summary, "subject" | "from" | "to" | "excerpt" | "reversePath"> {
  readonly mailbox: string;
  readonly seen: boolean;
}

type Test = (message: Searched) => boolean;

const fields: Readonly<Record<string, (message: Searched) => readonly string[]>> = {
  from: ({ from, reversePath }) => [from, reversePath],
  to: ({ to, mailbox }) => [to, mailbox],
  subject: ({ subject }) => [subject],
};

/** A word, or one with a field; what is in quotes holds blanks. A quote that is not closed goes to the end. */
const TERM = /(-?)(?:(from|to|subject|is):)?(?:"([^"]*)"?|(\S+))/giu;

/** Finds all for a text in which nothing is asked. Letters of either case are the same. */
export function finder(text: string): Test {
  const tests = [...text.matchAll(TERM)].map(([whole, not = "", field, phrase, word]) =>
    testOf(whole, not !== "", field?.toLowerCase(), (phrase ?? word ?? "").toLowerCase()),
  );
  return (message) => tests.every((test) => test(message));
}

function testOf(whole: string, not: boolean, field: string | undefined, wanted: string): Test {
  const test = field === "is" ? stateOf(wanted) : has(wanted, field);
  // `is:` of what nothing is: somebody looks for just these letters.
  if (test === undefined) return has(whole.toLowerCase(), undefined);
  return not ? (message) => !test(message) : test;
}

function stateOf(wanted: string): Test | undefined {
  if (wanted === "unread") return ({ seen }) => !seen;
  return wanted === "read" ? ({ seen }) => seen : undefined;
}

function has(wanted: string, field: string | undefined): Test {
  const textsOf = fields[field ?? ""] ?? everything;
  return (message) => textsOf(message).some((text) => text.toLowerCase().includes(wanted));
}

function everything(message: Searched): readonly string[] {
  const { subject, from, to, excerpt, reversePath, mailbox } = message;
  // What stands in one is not found across two.
  return [subject, from, to, excerpt, reversePath, mailbox];
}
