/** Every clause that the code carries out, where, and which tests exercise it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bySection } from "./citation.ts";
import { clausesIn, oddIn, testedIn, type Clause, type Place } from "./scan.ts";

export interface Entry {
  readonly rfc: string;
  readonly section: string;
  readonly code: readonly Clause[];
  /** Empty: nobody has shown yet that it holds. */
  readonly tests: readonly Place[];
}

export interface RfcIndex {
  readonly entries: readonly Entry[];
  /** Citations in a form that cannot be read: `file:line: form`. */
  readonly odd: readonly string[];
}

export interface SourceFile {
  /** From the workspace's root, with slashes. */
  readonly file: string;
  readonly text: string;
}

const SOURCE = /^(?:libs|apps|tools)\/[^/]+\/src\/.*\.ts$/;
const TEST = /^(?:libs|apps|tools)\/[^/]+\/test\/.*\.ts$/;

export function buildIndex(files: readonly SourceFile[]): RfcIndex {
  const sources = files.filter(({ file }) => SOURCE.test(file));
  const clauses = sources.flatMap(({ file, text }) => clausesIn(file, text));
  const tests = new Map<string, Place[]>();
  for (const { file, text } of files) {
    if (!TEST.test(file)) continue;
    for (const place of testedIn(file, text)) {
      const places = tests.get(keyOf(place)) ?? [];
      // A table names a section on many lines: the first of a file leads there.
      if (!places.some((other) => other.file === file)) places.push(place);
      tests.set(keyOf(place), places);
    }
  }
  const entries = Array.from(grouped(clauses), ([key, code]) => {
    const { rfc = "", section = "" } = code[0] ?? {};
    return { rfc, section, code, tests: tests.get(key) ?? [] };
  });
  return {
    entries: entries.toSorted((a, b) => Number(a.rfc) - Number(b.rfc) || bySection(a.section, b.section)),
    odd: sources.flatMap(({ file, text }) => oddIn(file, text)),
  };
}

/** What git tracks below `root`, as it is in the working tree. */
export function readSources(root: string): readonly SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--", "*.ts"], { cwd: root, encoding: "utf8" });
  return listed
    .split("\0")
    .filter((file) => SOURCE.test(file) || TEST.test(file))
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}

function keyOf({ rfc, section }: { readonly rfc: string; readonly section: string }): string {
  return `${rfc} ${section}`;
}

/** Map.groupBy, which Node 20 lacks. */
function grouped(clauses: readonly Clause[]): ReadonlyMap<string, readonly Clause[]> {
  const groups = new Map<string, Clause[]>();
  for (const clause of clauses) groups.set(keyOf(clause), [...(groups.get(keyOf(clause)) ?? []), clause]);
  return groups;
}
