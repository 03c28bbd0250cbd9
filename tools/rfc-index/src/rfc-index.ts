/** Every clause that the code carries out, where, and which tests exercise it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bySection, isPartOf } from "./citation.ts";
import { clausesIn, oddIn, testedIn, type Clause, type Place } from "./scan.ts";

export interface Entry {
  readonly rfc: string;
  readonly section: string;
  readonly code: readonly Clause[];
  /** Tests that name the clause. Empty, and `parts` too: nobody has shown yet that it holds. */
  readonly tests: readonly Place[];
  /** Tests that name what stands under a heading or in a span, where none names it itself. */
  readonly parts: readonly Place[];
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
  const named = files.filter(({ file }) => TEST.test(file)).flatMap(({ file, text }) => testedIn(file, text));
  const tests = grouped(named);
  const entries = Array.from(grouped(clauses), ([key, code]): Entry => {
    const { rfc = "", section = "" } = code[0] ?? {};
    const its = firstOfFiles(tests.get(key) ?? []);
    const below = (place: Place): boolean => place.rfc === rfc && isPartOf(place.section, section);
    return { rfc, section, code, tests: its, parts: its.length > 0 ? [] : firstOfFiles(named.filter(below)) };
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

/** A table names a section on many lines: the first of a file leads there. */
function firstOfFiles(places: readonly Place[]): readonly Place[] {
  return places.filter(({ file }, index) => places.findIndex((other) => other.file === file) === index);
}

function keyOf({ rfc, section }: { readonly rfc: string; readonly section: string }): string {
  return `${rfc} ${section}`;
}

/** Map.groupBy, which Node 20 lacks. */
function grouped<P extends Place>(places: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const groups = new Map<string, P[]>();
  for (const place of places) {
    const group = groups.get(keyOf(place));
    if (group === undefined) groups.set(keyOf(place), [place]);
    else group.push(place);
  }
  return groups;
}
