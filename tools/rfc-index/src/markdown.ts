/** The index as a page: a table for each RFC, a row for each clause. */
import type { Entry, RfcIndex } from "./rfc-index.ts";
import type { Place } from "./scan.ts";

export function toMarkdown({ entries }: RfcIndex): string {
  const untested = entries.filter(({ tests }) => tests.length === 0);
  const lines = [
    "# RFC clauses in this code",
    "",
    `${entries.length} clauses are cited in the sources; the tests name ${entries.length - untested.length} of them.`,
  ];
  for (const rfc of new Set(entries.map((entry) => entry.rfc))) {
    lines.push("", `## [RFC ${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc})`, "");
    lines.push("| clause | what the code says | code | tests |", "|---|---|---|---|");
    for (const entry of entries) if (entry.rfc === rfc) lines.push(row(entry));
  }
  return `${lines.join("\n")}\n`;
}

function row({ rfc, section, code, tests }: Entry): string {
  const [first] = code;
  const anchor = /^[\d.]+$/.test(section)
    ? `[§${section}](https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section})`
    : `§${section}`;
  const proof = tests.length === 0 ? "**no test**" : tests.map(link).join(", ");
  return `| ${anchor} | ${cell(first?.says ?? "")} | ${code.map(link).join(", ")} | ${proof} |`;
}

function link({ file, line }: Place): string {
  return `[${file.replace(/^.*\/(?=[^/]+\/[^/]+$)/, "")}:${line}](${file}#L${line})`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
