/** The table as Markdown, and its place in the README. */
import { BenchError } from "./bench-error.ts";
import type { Report, Result } from "./result.ts";

export const markers = { begin: "<!-- bench:begin -->", end: "<!-- bench:end -->" } as const;

export function toMarkdown({ machine, effort, results }: Report): string {
  return [
    "| | ours | compared with | result | promised | goal | beside |",
    "|---|---:|---|---:|---:|---:|---|",
    ...results.map(row),
    "",
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(" · "),
    `${effort}; made by \`npm run bench\`.`,
  ].join("\n");
}

function row(one: Result): string {
  const beside = Object.entries(one.measured).filter(([name]) => name !== "ours" && name !== one.against);
  const peer =
    one.against === undefined ? "" : `${one.against}: ${amount(one.measured[one.against], one.unit)}`;
  const bound = `${one.bound.kind === "floor" ? "≥" : "≤"} ${valued(one.bound.value, one)}`;
  const cells = [
    one.title,
    amount(one.measured["ours"], one.unit),
    peer,
    `${valued(one.value, one)}${one.passed ? "" : " **broken**"}`,
    bound,
    one.goal === undefined ? "" : `${valued(one.goal, one)}${one.value >= one.goal ? " reached" : ""}`,
    beside.map(([name, value]) => `${name}: ${amount(value, one.unit)}`).join("; "),
  ];
  return `| ${cells.join(" | ")} |`;
}

function valued(value: number, { valueUnit }: Result): string {
  return valueUnit === "×" ? `${value.toFixed(2)} ×` : `${value.toFixed(1)} ${valueUnit}`;
}

function amount(value = Number.NaN, unit = ""): string {
  const digits = unit.endsWith("iB") ? 1 : 0;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}

/** The document with the table between its markers. Throws BenchError USAGE when they are not there, once and in order. */
export function intoDocument(document: string, table: string): string {
  const [before, rest, ...more] = document.split(markers.begin);
  const [old, after, ...evenMore] = (rest ?? "").split(markers.end);
  if (before === undefined || old === undefined || after === undefined || more.length + evenMore.length > 0) {
    throw new BenchError("USAGE", `the document needs ${markers.begin} and then ${markers.end}, once each`);
  }
  return `${before}${markers.begin}\n${table}\n${markers.end}${after}`;
}
