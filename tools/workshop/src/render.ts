/** A step's Markdown for a terminal: prose as it is, commands marked, numbers put in. */
import { readFences, type Values } from "@socketscope/walkthroughs";
import { type Style, styleText } from "./style.ts";

/** `color`: with the terminal's colours. */
export function renderStep(text: string, values: Values, color: boolean): string {
  const paint = (style: Style, words: string): string => styleText(style, words, color);
  const lines = text.split("\n");
  const fences = new Map(readFences(text).map((fence) => [fence.line, fence]));
  const shown: string[] = [];
  // A stress may go over the end of a line.
  let words: string[] = [];
  const tell = (): void => {
    if (words.length > 0) shown.push(prose(words.join("\n"), paint));
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
