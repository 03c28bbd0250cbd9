/** What is said of one word of a protocol, and the tables that say it. */

export interface Explanation {
  /** One plain sentence, at most 120 characters. */
  readonly sentence: string;
  /** Where it is defined: "RFC 5321 §4.1.1.2". */
  readonly source: string;
  /** What may come after it, or because of it: commands, codes. */
  readonly follows: readonly string[];
  /** False: the word is not in our tables and the sentence says only that. */
  readonly known: boolean;
}

/** A row of a table: the sentence, the source, what may follow. */
export type Entry = readonly [sentence: string, source: string, ...follows: readonly string[]];

export function explanationOf([sentence, source, ...follows]: Entry): Explanation {
  return { sentence, source, follows, known: true };
}

export function unexplained(sentence: string, source: string, follows: readonly string[] = []): Explanation {
  return { sentence, source, follows, known: false };
}
