/** What an answer is to a reader of the picture: the colour of its bar, and the word beside it. */
import { mediaType } from "../media-types.ts";

export type AnswerKind = "page" | "script" | "style" | "picture" | "film" | "font" | "live" | "data";

const KINDS: readonly (readonly [RegExp, AnswerKind])[] = [
  [/^text\/html/, "page"],
  [/javascript/, "script"],
  [/^text\/css/, "style"],
  [/^image\//, "picture"],
  [/^video\//, "film"],
  [/^font\//, "font"],
  [/^text\/event-stream/, "live"],
];

/** By the answer's Content-Type; a 304 has none, then by the path's name. */
export function kindOf(path: string, contentType: string | undefined): AnswerKind {
  if (contentType === undefined && path.endsWith("/")) return "page";
  const type = contentType ?? mediaType(path) ?? "";
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? "data";
}
