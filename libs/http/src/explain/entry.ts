/** What is said of one word of a protocol. */
export interface Explanation {
  /** One plain sentence, at most 120 characters. */
  readonly sentence: string;
  /** Where it is defined: "RFC 9110 §9.3.1", or a standard and its heading where sections have no lasting number. */
  readonly source: string;
  /** What may come after it, or because of it: commands, codes, fields, frames. */
  readonly follows: readonly string[];
  /** False: the word is not in our tables and the sentence says only that. */
  readonly known: boolean;
}

/** A row of a table: the sentence, the source, what may follow. */
export type Entry = readonly [sentence: string, source: string, ...follows: readonly string[]];

export function explanationOf(entry: Entry): Explanation {
  const [sentence, source, ...follows] = entry;
  return { sentence, source, follows, known: true };
}

export function unknown(sentence: string, source: string, follows: readonly string[] = []): Explanation {
  return { sentence, source, follows, known: false };
}
