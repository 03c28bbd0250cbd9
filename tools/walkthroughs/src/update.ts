/** `-u`: writes what was printed into the blocks of the steps that failed. */
import type { Outcome } from "./outcome.ts";
import { matchLine, type Values } from "./pattern.ts";
import type { CommandStep, InterruptStep, Step } from "./step.ts";

/**
 * The text of the file with the outputs brought up to date. Lines that still fit at the start and at the end of
 * a block stay as they are, elisions included; those between are replaced, captured values by their names.
 */
export function updateText(
  text: string,
  steps: readonly Step[],
  outcomes: readonly Outcome[],
  values: Values,
): string {
  const lines = text.split("\n");
  for (const [index, step] of [...steps.entries()].toReversed()) {
    const outcome = outcomes[index];
    if (outcome?.state !== "failed" || outcome.actual === undefined) continue;
    if (step.kind !== "command" && step.kind !== "interrupt") continue;
    const { lines: actual, status } = outcome.actual;
    const margin = /^ */.exec(lines[step.line - 1] ?? "")?.[0] ?? "";
    const judged = step.status !== undefined && status !== 0;
    const said = [...(judged ? [`? ${status}`] : []), ...merge(step.expected.lines, actual, values)];
    const from = (step.statusLine ?? step.expected.line) - 1;
    lines.splice(from, extent(step, from), ...said.map((line) => (line === "" ? "" : margin + line)));
  }
  return lines.join("\n");
}

function extent(step: CommandStep | InterruptStep, from: number): number {
  return step.expected.line - 1 + step.expected.lines.length - from;
}

function merge(expected: readonly string[], actual: readonly string[], values: Values): string[] {
  const fits = (pattern: string | undefined, line: string | undefined): boolean =>
    pattern !== undefined && line !== undefined && matchLine(pattern, line, values) !== undefined;
  let head = 0;
  while (fits(expected[head], actual[head])) head += 1;
  let tail = 0;
  const most = Math.min(expected.length, actual.length) - head;
  while (tail < most && fits(expected[expected.length - 1 - tail], actual[actual.length - 1 - tail])) {
    tail += 1;
  }
  return [
    ...expected.slice(0, head),
    ...actual.slice(head, actual.length - tail).map((line) => name(line.trimEnd(), values)),
    ...expected.slice(expected.length - tail),
  ];
}

/** Values shorter than this are likely to stand in a line by chance. */
const telling = 4;

function name(line: string, values: Values): string {
  const longest = [...values].toSorted(([, a], [, b]) => b.length - a.length);
  return longest.reduce(
    (text, [name, value]) => (value.length < telling ? text : text.replaceAll(value, `{{${name}}}`)),
    line,
  );
}
