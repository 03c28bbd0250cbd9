/** A walkthrough's Markdown as lessons. */
import { parseFilter, type Filter } from "@socketscope/inspector";
import { type Comment, readComments } from "./comments.ts";
import { WorkshopError } from "./errors.ts";
import type { Advice, Check, Lesson, LessonStep, WrongTry } from "./lesson.ts";

interface Section {
  readonly title: string;
  /** Lines, counted from 1. */
  readonly from: number;
  readonly to: number;
}

/** Throws WorkshopError LESSON_SYNTAX with file and line. A file without a lesson gives none. */
export function parseLessons(file: string, text: string): Lesson[] {
  const comments = readComments(text);
  const lines = text.split(/\r?\n/);
  const sections = sectionsOf(lines);
  const begins = comments.filter(({ kind }) => kind === "lesson");
  return begins.map((comment, at) => {
    const until = begins[at + 1]?.from ?? lines.length + 1;
    const steps = sections
      .filter(({ from }) => from > comment.from && from < until)
      .map((section) => stepOf(file, lines, section, comments));
    return { ...headOf(file, comment), file, steps };
  });
}

function sectionsOf(lines: readonly string[]): Section[] {
  const heads = lines.flatMap((line, at) => {
    const title = /^## (?:\d+\. )?(.*)$/.exec(line)?.[1];
    return title === undefined ? [] : [{ title, from: at + 1 }];
  });
  return heads.map((head, at) => ({ ...head, to: (heads[at + 1]?.from ?? lines.length + 1) - 1 }));
}

function headOf(file: string, comment: Comment): Omit<Lesson, "file" | "steps"> {
  const number = Number(comment.head);
  const title = valueOf(comment, "title");
  const minutes = Number(valueOf(comment, "minutes"));
  if (!Number.isInteger(number) || title === undefined || !Number.isInteger(minutes))
    throw wrong(file, comment.from, "a lesson needs a number, a title: and minutes:");
  return { number, title, minutes, withoutLinux: valueOf(comment, "without Linux") };
}

function stepOf(
  file: string,
  lines: readonly string[],
  { title, from, to }: Section,
  comments: readonly Comment[],
): LessonStep {
  const inside = comments.filter((one) => one.from > from && one.from <= to);
  const hidden = new Set(
    inside.flatMap((one) => Array.from({ length: one.to - one.from + 1 }, (_, at) => one.from + at)),
  );
  const text = lines
    .slice(from, to)
    .filter((_, at) => !hidden.has(from + 1 + at))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  const checks = inside.filter(({ kind }) => kind === "check").map((one) => checkOf(file, one));
  // It holds from its section on, until another one takes its place.
  const before = comments.findLast((one) => one.kind === "before" && one.from <= to)?.head ?? "";
  return { title, text, checks, before, lines: { from, to } };
}

function checkOf(file: string, comment: Comment): Check {
  const chain: Filter[] = [];
  const advice: Advice[] = [];
  const tries: WrongTry[] = [];
  let refused = false;
  for (const { name, value, line } of comment.fields) {
    if (name === "seen" && value === "refused") refused = true;
    else if (name === "seen" || name === "then") chain.push(filterOf(file, line, value));
    else if (name === "missing") {
      const [when, say] = pair(file, line, value);
      advice.push({ when: filterOf(file, line, when), say });
    } else if (name === "wrong") {
      const [command, told] = pair(file, line, value);
      tries.push({ command, told });
    } else if (name !== "nothing" && name !== "hint")
      throw wrong(file, line, `there is no ${name}: in a check`);
  }
  const nothing = valueOf(comment, "nothing");
  const hint = valueOf(comment, "hint");
  if (nothing === undefined || hint === undefined || comment.head === "" || (chain.length === 0 && !refused))
    throw wrong(file, comment.from, "a check needs a title, seen:, nothing: and hint:");
  return {
    title: comment.head,
    seen: refused ? "refused" : chain,
    advice,
    nothing,
    hint,
    wrong: tries,
    line: comment.from,
  };
}

function filterOf(file: string, line: number, text: string): Filter {
  const filter = parseFilter(text);
  if ("at" in filter) throw wrong(file, line, `the filter at character ${filter.at + 1}: ${filter.message}`);
  if (filter.patterns.length > 0) throw wrong(file, line, "a check reads words: octets are not at hand here");
  return filter;
}

function pair(file: string, line: number, value: string): readonly [string, string] {
  const at = value.indexOf(" => ");
  if (at === -1) throw wrong(file, line, "what is seen, then =>, then what is said");
  return [value.slice(0, at), value.slice(at + 4)];
}

function valueOf({ fields }: Comment, name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

function wrong(file: string, line: number, what: string): WorkshopError {
  return new WorkshopError("LESSON_SYNTAX", `${file}:${line}: ${what}`);
}
