/** The table as Markdown, and its place in the README. */
import { BenchError } from "./bench-error.ts";
import type { Report, Result } from "./result.ts";

export const markers = { begin: "<!-- bench:begin -->", end: "<!-- bench:end -->" } as const;

/** `kept`: rows of an earlier table, of which those that were measured again are left out. */
export function toMarkdown({ machine, effort, results }: Report, kept: readonly string[] = []): string {
  const rows = new Map([...kept, ...results.map(row)].map((line) => [titleOf(line), line]));
  return [
    "| | ours | compared with | result | promised | goal | beside |",
    "|---|---:|---|---:|---:|---:|---|",
    ...rows.values(),
    "",
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(" · "),
    `${effort}; made by \`npm run bench\`.`,
  ].join("\n");
}

/** The rows of the table in a document; none where it has no table. */
export function rowsOf(document: string): string[] {
  const [, rest = ""] = document.split(markers.begin);
  const [table = ""] = rest.split(markers.end);
  return table.split("\n").filter((line) => line.startsWith("| ") && titleOf(line) !== "");
}

/** Its first cell, without the amount in brackets. */
function titleOf(line: string): string {
  return (line.split("|")[1] ?? "").replace(/ \([^)]*\) *$/, "").trim();
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
  if (valueUnit === "×") return `${value.toFixed(2)} ×`;
  return `${value.toFixed(valueUnit === "stalls" ? 0 : 1)} ${valueUnit}`;
}

function amount(value = Number.NaN, unit = ""): string {
  const digits = unit === "s" ? 2 : unit.endsWith("iB") ? 1 : 0;
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
