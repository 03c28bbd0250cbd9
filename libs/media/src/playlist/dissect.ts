/** A playlist line by line, with where each word stands, for showing it with its explanations. Lenient: it refuses nothing. */
import type { Explanation } from "@socketscope/wire";
import { explainAttribute, explainTag } from "./explain.ts";
import { isTag, parseLine, TAGS } from "./tags.ts";

/** A stretch of a line; `to` is exclusive. */
export interface PlaylistWord {
  readonly kind: "tag" | "attribute" | "value" | "uri" | "comment";
  readonly text: string;
  /** Characters from the beginning of the playlist. */
  readonly from: number;
  readonly to: number;
  /** Of tags and attributes. */
  readonly explanation?: Explanation;
}

export interface DissectedLine {
  /** From 1 on. */
  readonly line: number;
  readonly words: readonly PlaylistWord[];
}

/** Every line that says something. */
export function dissectPlaylist(text: string): DissectedLine[] {
  const lines: DissectedLine[] = [];
  let from = 0;
  for (const [i, line] of text.split("\n").entries()) {
    const words = wordsOf(line, from);
    if (words.length > 0) lines.push({ line: i + 1, words });
    from += line.length + 1;
  }
  return lines;
}

function wordsOf(line: string, from: number): PlaylistWord[] {
  const said = line.trimEnd();
  const parsed = parseLine(line);
  const word = (kind: PlaylistWord["kind"], at: number, to: number): PlaylistWord => ({
    kind,
    text: said.slice(at, to),
    from: from + at,
    to: from + to,
  });
  switch (parsed.kind) {
    case "blank":
      return [];
    case "comment":
    case "uri":
      return [word(parsed.kind, 0, said.length)];
    case "tag": {
      const end = parsed.name.length + 1;
      const tag = { ...word("tag", 0, end), explanation: explainTag(parsed.name) };
      if (end + 1 >= said.length) return [tag];
      const listed = isTag(parsed.name) && Array.isArray(TAGS[parsed.name][1]);
      return [
        tag,
        ...(listed
          ? attributeWords(said, end + 1, parsed.name, word)
          : [word("value", end + 1, said.length)]),
      ];
    }
  }
}

/** Names and values of the attribute list that begins at `at`; what is no list is one value. */
function attributeWords(
  line: string,
  at: number,
  tag: string,
  word: (kind: PlaylistWord["kind"], at: number, to: number) => PlaylistWord,
): PlaylistWord[] {
  const words: PlaylistWord[] = [];
  const attribute = /([A-Z0-9-]+)=("[^"]*"|[^,]*)(?:,|$)/y;
  attribute.lastIndex = at;
  while (attribute.lastIndex < line.length) {
    const begin = attribute.lastIndex;
    const [, name, value] = attribute.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      words.push(word("value", begin, line.length));
      break;
    }
    const middle = begin + name.length + 1;
    words.push({ ...word("attribute", begin, middle - 1), explanation: explainAttribute(tag, name) });
    words.push(word("value", middle, middle + value.length));
  }
  return words;
}
