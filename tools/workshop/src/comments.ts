/** The comments of a Markdown file that only we read: `<!-- lesson 4`, then `name: value` lines, then `-->`. */
import { readFences } from "@socketscope/walkthroughs";

export interface Comment {
  /** "lesson", "check" or "before". */
  readonly kind: string;
  /** What stands behind it on its first line. */
  readonly head: string;
  readonly fields: readonly { readonly name: string; readonly value: string; readonly line: number }[];
  /** Lines of the file, counted from 1. */
  readonly from: number;
  readonly to: number;
}

/** Those outside of any block. A field goes on in a line that is indented. */
export function readComments(text: string): Comment[] {
  const lines = text.split(/\r?\n/);
  const fenced = new Set(
    readFences(text).flatMap((fence) => fence.lines.map((_, at) => fence.line + 1 + at)),
  );
  const comments: Comment[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const found = /^<!-- (lesson|check|before)\b:? ?(.*)$/.exec(lines[at] ?? "");
    if (found === null || fenced.has(at + 1)) continue;
    const [, kind = "", head = ""] = found;
    const fields: { name: string; value: string; line: number }[] = [];
    const from = at + 1;
    for (at += 1; at < lines.length && lines[at] !== "-->"; at += 1) {
      const line = lines[at] ?? "";
      const field = /^([a-z][A-Za-z ]*): (.*)$/.exec(line);
      const last = fields.at(-1);
      if (field !== null) fields.push({ name: field[1] ?? "", value: field[2] ?? "", line: at + 1 });
      else if (last !== undefined) last.value += ` ${line.trim()}`;
    }
    comments.push({ kind, head, fields, from, to: at + 1 });
  }
  return comments;
}
