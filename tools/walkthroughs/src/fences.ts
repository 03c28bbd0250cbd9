/** Finds the fenced blocks of a Markdown file, and the comment that makes a README a walkthrough. */

export interface Fence {
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  /** The first word after the fence. */
  readonly language: string;
  /** What follows the language. */
  readonly info: string;
  /** Without the blanks the whole block is indented by. */
  readonly lines: readonly string[];
}

const opening = /^( *)(`{3,}|~{3,})\s*([^\s`]*)\s*([^`]*)$/;

/** A block within a longer fence (Markdown about Markdown) is text of the outer one. */
export function readFences(text: string): Fence[] {
  const lines = text.split(/\r?\n/);
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const found = opening.exec(lines[at] ?? "");
    if (found === null) continue;
    const [, indent = "", fence = "", language = "", info = ""] = found;
    const closing = new RegExp(`^ *${fence[0]}{${fence.length},}\\s*$`);
    let end = at + 1;
    while (end < lines.length && !closing.test(lines[end] ?? "")) end += 1;
    const margin = new RegExp(`^ {0,${indent.length}}`);
    const body = lines.slice(at + 1, end).map((line) => line.replace(margin, ""));
    fences.push({ line: at + 1, language, info: info.trim(), lines: body });
    at = end;
  }
  return fences;
}

export interface Marker {
  readonly line: number;
  readonly info: string;
}

/** `<!-- walkthrough needs="curl" -->` on a line of its own, outside of any block. */
export function readMarker(text: string): Marker | undefined {
  const inside = new Set(
    readFences(text).flatMap((fence) => fence.lines.map((_, at) => fence.line + 1 + at)),
  );
  const lines = text.split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    const found = /^<!-- walkthrough(?: (.*?))? ?-->$/.exec(line);
    if (found !== null && !inside.has(at + 1)) return { line: at + 1, info: found[1] ?? "" };
  }
  return undefined;
}
