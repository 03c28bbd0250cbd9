/** Inputs kept on disk, one JSON string a line, each octet a latin1 character: a new one is a line one can read in a diff. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Shelf = "corpus" | "found";

function fileOf(shelf: Shelf, target: string): string {
  return fileURLToPath(new URL(`../${shelf}/${target}.ndjson`, import.meta.url));
}

export function readShelf(shelf: Shelf, target: string): Uint8Array[] {
  const file = fileOf(shelf, target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => Buffer.from(String(JSON.parse(line)), "latin1"));
}

export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  writeFileSync(fileOf("corpus", target), inputs.map(lineOf).join(""));
}

/** A finding stays for ever: `npm test` runs it from now on. */
export function keepFinding(target: string, input: Uint8Array): string {
  const file = fileOf("found", target);
  appendFileSync(file, lineOf(input));
  return file;
}

function lineOf(input: Uint8Array): string {
  return `${JSON.stringify(Buffer.from(input).toString("latin1"))}\n`;
}
