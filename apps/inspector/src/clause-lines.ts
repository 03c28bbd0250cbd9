/**
 * The line of our own source that carries out a clause: the sources are read once, for comments of the form
 * `RFC 5321 §4.5.2`. Where the sources are not there, no line is named.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceLine {
  /** From the workspace's root, with forward slashes. */
  readonly file: string;
  readonly line: number;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const CLAUSE = /RFC (\d{3,5}) §([\d.]+\d|\d)/g;
/** Folders that talk about clauses and do not carry them out. */
const TALK = new Set(["explain", "test", "dist", "node_modules"]);

export class ClauseLines {
  readonly #root: string;
  #found: Map<string, SourceLine[]> | undefined;

  constructor(root: string = ROOT) {
    this.#root = root;
  }

  /**
   * `source`: "RFC 5321 §4.1.1.3"; `side`: which end of the socket our program is. The protocol's own core before others,
   * that side's file before the other's; the section itself, or the one around it.
   */
  lineOf(source: string | undefined, protocol: string, side: "server" | "client"): SourceLine | undefined {
    const [, rfc, section] = /^RFC (\d+) §([\d.]+)$/.exec(source ?? "") ?? [];
    if (rfc === undefined || section === undefined) return undefined;
    const found = (this.#found ??= this.#scan());
    for (let wanted = section; wanted.includes("."); wanted = wanted.slice(0, wanted.lastIndexOf("."))) {
      const lines = found.get(`${rfc} ${wanted}`) ?? [];
      const [best] = lines.toSorted((a, b) => rank(a.file, protocol, side) - rank(b.file, protocol, side));
      if (best !== undefined) return best;
    }
    return undefined;
  }

  #scan(): Map<string, SourceLine[]> {
    const found = new Map<string, SourceLine[]>();
    for (const group of ["libs", "apps"]) {
      for (const file of sourcesBelow(join(this.#root, group))) {
        const name = relative(this.#root, file).split(sep).join("/");
        for (const [index, text] of readFileSync(file, "utf8").split("\n").entries()) {
          for (const [, rfc, section] of text.matchAll(CLAUSE)) {
            const key = `${rfc} ${section}`;
            const lines = found.get(key);
            if (lines === undefined) found.set(key, [{ file: name, line: index + 1 }]);
            else lines.push({ file: name, line: index + 1 });
          }
        }
      }
    }
    return found;
  }
}

/** Of two files that cite a clause, the lower one carries it out. */
function rank(file: string, protocol: string, side: "server" | "client"): number {
  const other = side === "server" ? "client" : "server";
  return (
    (file.startsWith(`libs/${protocol}/`) ? 0 : 4) +
    (file.includes("dissect") ? 2 : 0) +
    (file.includes(other) ? 1 : 0)
  );
}

function sourcesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return TALK.has(entry.name) ? [] : sourcesBelow(path);
      return entry.name.endsWith(".ts") && entry.name !== "explain.ts" ? [path] : [];
    });
  } catch {
    return [];
  }
}
