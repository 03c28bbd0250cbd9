/** One plain sentence for every tag and attribute of a playlist (RFC 8216 and its second edition). */
import { explanationOf, unexplained, type Explanation } from "@socketscope/wire";
import { ATTRIBUTE_WORDS } from "./explain/attributes.ts";
import { TAG_WORDS } from "./explain/tags.ts";
import { isTag } from "./tags.ts";

/** `name` without its "#". */
export function explainTag(name: string): Explanation {
  if (isTag(name)) return explanationOf(TAG_WORDS[name]);
  // RFC 8216 §6.3.1: a client ignores tags that it does not recognize.
  return unexplained(
    "A tag not known here; a player that does not know it passes over it.",
    "RFC 8216 §6.3.1",
  );
}

/** Of the tag it stands in, for some mean something else elsewhere. */
export function explainAttribute(tag: string, name: string): Explanation {
  const words = ATTRIBUTE_WORDS[`${tag} ${name}`] ?? ATTRIBUTE_WORDS[name];
  if (words !== undefined) return explanationOf(words);
  return unexplained(
    "An attribute not known here; a player that does not know it passes over it.",
    "RFC 8216 §6.3.1",
  );
}
