/** The index as a page: a table for each RFC, a row for each clause. */
import type { Entry, RfcIndex } from "./rfc-index.ts";
import type { Place } from "./scan.ts";

export function toMarkdown({ entries }: RfcIndex): string {
  const tested = entries.filter(({ tests }) => tests.length > 0);
  const byParts = entries.filter(({ parts }) => parts.length > 0);
  const lines = [
    "# RFC clauses in this code",
    "",
    `${entries.length} clauses are cited in the sources; the tests name ${tested.length} of them, and parts of ${byParts.length} more.`,
  ];
  for (const rfc of new Set(entries.map((entry) => entry.rfc))) {
    lines.push("", `## [RFC ${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc})`, "");
    lines.push("| clause | what the code says | code | tests |", "|---|---|---|---|");
    for (const entry of entries) if (entry.rfc === rfc) lines.push(row(entry));
  }
  return `${lines.join("\n")}\n`;
}

function row({ rfc, section, code, tests, parts }: Entry): string {
  const [first] = code;
  const anchor = /^[\d.]+$/.test(section)
    ? `[§${section}](https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section})`
    : `§${section}`;
  return `| ${anchor} | ${cell(first?.says ?? "")} | ${code.map(link).join(", ")} | ${proof(tests, parts)} |`;
}

function proof(tests: readonly Place[], parts: readonly Place[]): string {
  if (tests.length > 0) return tests.map(link).join(", ");
  return parts.length > 0 ? `its parts: ${parts.map(link).join(", ")}` : "**no test**";
}

function link({ file, line }: Place): string {
  return `[${file.replace(/^.*\/(?=[^/]+\/[^/]+$)/, "")}:${line}](${file}#L${line})`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
