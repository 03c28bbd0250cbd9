/** Where clauses are cited: in the comments of the sources, and in the tests. */
import { citationsIn, oddForms, sectionsIn, type Citation } from "./citation.ts";

export interface Place extends Citation {
  /** From the workspace's root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A place in the sources, with what the comment says there. */
export interface Clause extends Place {
  readonly says: string;
}

/** What follows the citation in its comment, up to the end of the line. */
export function clausesIn(file: string, text: string): readonly Clause[] {
  return commentLines(text).flatMap(({ line, comment }) =>
    citationsIn(comment).map((citation) => ({ ...citation, file, line, says: sentence(comment) })),
  );
}

/** Sources in which a citation is written in a form of its own. */
export function oddIn(file: string, text: string): readonly string[] {
  return commentLines(text).flatMap(({ line, comment }) =>
    oddForms(comment).map((form) => `${file}:${line}: ${form}`),
  );
}

/**
 * A test exercises what its title, its table or its comment names. In a table the RFC is often said once: by a title
 * such as `RFC 9112 %s`, or by a comment "sections are of RFC 9112"; then a § alone is of that RFC.
 */
export function testedIn(file: string, text: string): readonly Place[] {
  const usual = /RFC (\d{3,5}) (?:%s|\$\w+)|[Ss]ections?[^.\n]{0,40} of RFC (\d{3,5})/.exec(text);
  const rfc = usual?.[1] ?? usual?.[2];
  return text.split("\n").flatMap((content, index) => {
    const named = citationsIn(content);
    const rest = content.replaceAll(/RFC \d{3,5} (?:§[\w.–]+(?:, | and )?)+/g, "");
    const bare = rfc === undefined ? [] : sectionsIn(rest).map((section) => ({ rfc, section }));
    return [...named, ...bare].map((citation) => ({ ...citation, file, line: index + 1 }));
  });
}

/** The text of comments, line by line. Good enough for code that the formatter has seen. */
function commentLines(text: string): readonly { readonly line: number; readonly comment: string }[] {
  let inBlock = false;
  return text.split("\n").flatMap((content, index) => {
    const line = index + 1;
    if (inBlock) {
      inBlock = !content.includes("*/");
      return [{ line, comment: content.replace(/^\s*\*? ?/, "").replace(/\*\/.*$/, "") }];
    }
    const block = content.indexOf("/**");
    if (block >= 0) {
      inBlock = !content.includes("*/", block);
      return [
        {
          line,
          comment: content
            .slice(block + 3)
            .replace(/\*\/.*$/, "")
            .trim(),
        },
      ];
    }
    const at = /(?:^|\s)\/\/ (.*)$/.exec(content);
    return at?.[1] === undefined ? [] : [{ line, comment: at[1] }];
  });
}

/** The comment without the citation that introduces it. */
function sentence(comment: string): string {
  return comment.replace(/^RFC \d{3,5} [^:]{0,60}: /, "").trim();
}
