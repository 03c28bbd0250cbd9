/** A step's Markdown for a terminal: prose as it is, commands marked, numbers put in. */
import { stripVTControlCharacters } from "node:util";
import { readFences, type Values } from "@socketscope/walkthroughs";
import { type Style, styleText } from "./style.ts";

/** `color`: with the terminal's colours; `width`: columns that prose may take. */
export function renderStep(
  text: string,
  values: Values,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const paint = (style: Style, words: string): string => styleText(style, words, color);
  const lines = text.split("\n");
  const fences = new Map(readFences(text).map((fence) => [fence.line, fence]));
  const shown: string[] = [];
  // A stress may go over the end of a line.
  let words: string[] = [];
  const tell = (): void => {
    if (words.length > 0) shown.push(wrap(prose(fillIn(words.join("\n"), values), paint), width));
    words = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const fence = fences.get(at + 1);
    if (fence === undefined) {
      words.push(lines[at] ?? "");
      continue;
    }
    tell();
    shown.push(...heading(fence.info, paint));
    for (const line of fence.lines) shown.push(`    ${code(fillIn(line, values), paint)}`);
    at += fence.lines.length + 1;
  }
  tell();
  return `${shown.join("\n").trimEnd()}\n`;
}

/** What is to be typed, ready to be copied. */
export function commandsOf(text: string, values: Values): string {
  const lines = readFences(text)
    .filter(({ language, info }) => language === "console" && !/(^|\s)in=/.test(info))
    .flatMap((fence) => fence.lines)
    .filter((line) => line.startsWith("$ ") || line.startsWith("> "))
    .map((line) => fillIn(line.slice(2), values));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function heading(info: string, paint: (style: Style, words: string) => string): string[] {
  const file = /(?:^|\s)file=(\S+)/.exec(info)?.[1];
  const terminal = /(?:^|\s)in=(\S+)/.exec(info)?.[1];
  if (file !== undefined) return [paint("dim", `  the file ${file}:`)];
  return terminal === undefined ? [] : [paint("dim", `  in the terminal "${terminal}":`)];
}

function prose(text: string, paint: (style: Style, words: string) => string): string {
  return text
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words: string, to: string) =>
      to.startsWith("http")
        ? `${words} <${to}>`
        : `${words} ${paint("dim", `(${to.replace(/^(?:\.\.\/)+/, "")})`)}`,
    )
    .replaceAll(/\*\*([^*]+)\*\*/g, (_, words: string) => paint("bold", words))
    .replaceAll(/`([^`]+)`/g, (_, words: string) => paint("bold", words));
}

/** Paragraphs as wide as the terminal; a table, a list and a command stay as they are. */
function wrap(text: string, width: number): string {
  return text.replaceAll(/[^\n]+(?:\n[^\n]+)*/g, (paragraph) =>
    /^[|-]/.test(paragraph) ? paragraph : wrapParagraph(paragraph, width),
  );
}

/** `before`: stands at the beginning of each line. */
export function wrapParagraph(paragraph: string, width: number, before = ""): string {
  const lines: string[] = [];
  for (const word of paragraph.split(/\s+/).filter((one) => one !== "")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && stripVTControlCharacters(longer).length <= width)
      lines[lines.length - 1] = longer;
    else lines.push(`${before}${word}`);
  }
  return lines.join("\n");
}

function code(line: string, paint: (style: Style, words: string) => string): string {
  if (line.startsWith("$ ") || line.startsWith("> ") || line === "^C") return paint("bold", line);
  return paint("dim", line.replaceAll("[..]", "…"));
}

/** A number that nobody knows yet is shown as its name: PORT. */
export function fillIn(text: string, values: Values): string {
  return text.replaceAll(
    /\{\{([a-z][a-z0-9_]*)\}\}/g,
    (_, name: string) => values.get(name) ?? name.toUpperCase(),
  );
}
