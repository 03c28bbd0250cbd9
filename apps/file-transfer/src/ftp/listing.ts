/** LIST, NLST, MLSD and STAT of a path: which entries, in which order, as which lines. A folder of any size takes bounded memory. */
import { encodeText, oneLine, type FactName } from "@socketscope/ftp";
import type { FileSystem, FolderEntry, FolderReader } from "../files/file-system.ts";
import { FileProblem } from "../files/file-problem.ts";
import { resolvePath, splitPath } from "../files/path.ts";
import { factsLine, listLine } from "./facts.ts";
import { fits, isPattern } from "./glob.ts";

/** Entries of a folder that are sorted by name; the rest of a larger one comes as the system has it. */
const SORTED = 20_000;

export interface ListQuery {
  readonly by: "LIST" | "NLST" | "MLSD";
  /** Letters; of them `l` counts for NLST and `d` for all. */
  readonly flags: string;
  readonly path: string | undefined;
  /** All of the argument: a name may begin with a hyphen. */
  readonly argument: string;
  readonly facts: readonly FactName[];
}

/** Lines, some at a time. To be closed on every path. */
export interface LineSource {
  /** What is in a folder; false: one entry. */
  readonly folder: boolean;
  /** Undefined at the end. */
  next(): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}

/** Rejects with FileProblem where there is nothing to list. */
export async function openListing(
  files: FileSystem,
  folder: string,
  query: ListQuery,
  now: number,
): Promise<LineSource> {
  const { path, flags } = await flagsOrName(files, folder, query);
  const line = formatter(files, { ...query, flags }, now);
  const asked = path ?? ".";
  const { kind } = await kindOf(files, resolvePath(folder, asked));
  if (kind === undefined) return openPattern(files, folder, asked, line);
  if (kind !== "folder" || flags.includes("d")) {
    // RFC 3659 §7.2: MLSD is of folders, MLST of everything.
    if (query.by === "MLSD") throw new FileProblem("not-a-folder", "MLSD lists a folder, and this is none");
    const stat = await files.lstat(resolvePath(folder, asked));
    return new Lines([{ name: asked, stat }], undefined, line);
  }
  return new Lines([], await files.list(resolvePath(folder, asked)), line);
}

/** `-a` may be a file's name; where it is one, it is not a flag. */
async function flagsOrName(
  files: FileSystem,
  folder: string,
  { flags, path, argument }: ListQuery,
): Promise<{ readonly flags: string; readonly path: string | undefined }> {
  if (argument.startsWith("-")) {
    const { kind } = await kindOf(files, resolvePath(folder, argument));
    if (kind !== undefined) return { flags: "", path: argument };
  }
  return { flags, path };
}

async function kindOf(
  files: FileSystem,
  path: string,
): Promise<{ readonly kind: FolderEntry["stat"]["kind"] | undefined }> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.code === "not-found" || error.code === "not-a-folder") return { kind: undefined };
    throw error;
  }
}

async function openPattern(
  files: FileSystem,
  folder: string,
  asked: string,
  line: (entry: FolderEntry) => string,
): Promise<LineSource> {
  const { folder: parent, name } = splitPath(resolvePath(folder, asked));
  // Whatever the problem was, this says it.
  if (!isPattern(name)) {
    await files.stat(resolvePath(folder, asked));
    throw new FileProblem("not-found", "There is nothing under this name");
  }
  const reader = await files.list(parent);
  const prefix = asked.includes("/") ? asked.slice(0, asked.lastIndexOf("/") + 1) : "";
  return new Lines(
    [],
    reader,
    ({ name: found, ...entry }) => line({ ...entry, name: `${prefix}${found}` }),
    (found) => fits(found, name),
  );
}

function formatter(files: FileSystem, query: ListQuery, now: number): (entry: FolderEntry) => string {
  if (query.by === "MLSD") return (entry) => factsLine(entry, query.facts, files);
  // RFC 959 §4.1.3: NLST is names and nothing else; users of old clients ask it for `-l`.
  if (query.by === "NLST" && !query.flags.includes("l")) return ({ name }) => oneLine(name);
  return (entry) => listLine(entry, now);
}

class Lines implements LineSource {
  readonly folder: boolean;
  readonly #reader: FolderReader | undefined;
  readonly #line: (entry: FolderEntry) => string;
  readonly #wanted: (name: string) => boolean;
  #first: readonly FolderEntry[] | undefined;

  constructor(
    entries: readonly FolderEntry[],
    reader: FolderReader | undefined,
    line: (entry: FolderEntry) => string,
    wanted: (name: string) => boolean = () => true,
  ) {
    this.#first = reader === undefined ? entries : undefined;
    this.folder = reader !== undefined;
    this.#reader = reader;
    this.#line = line;
    this.#wanted = wanted;
  }

  #begun = false;

  async next(): Promise<readonly string[] | undefined> {
    if (!this.#begun) {
      this.#begun = true;
      const entries = this.#first ?? (await this.#sorted());
      this.#first = undefined;
      if (entries.length > 0) return entries.map(this.#line);
    }
    for (;;) {
      const page = (await this.#reader?.next()) ?? [];
      if (page.length === 0) return undefined;
      const lines = page.filter(({ name }) => this.#wanted(name)).map(this.#line);
      if (lines.length > 0) return lines;
    }
  }

  async #sorted(): Promise<readonly FolderEntry[]> {
    const entries: FolderEntry[] = [];
    while (entries.length < SORTED) {
      const page = (await this.#reader?.next()) ?? [];
      if (page.length === 0) break;
      for (const entry of page) if (this.#wanted(entry.name)) entries.push(entry);
    }
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }
}

/** RFC 959 §3.1.1.5, RFC 3659 §7: lines of a listing end in CRLF whatever TYPE is. */
export function linesOnTheWay(lines: readonly string[]): Uint8Array {
  return encodeText(lines.map((line) => `${line}\r\n`).join(""));
}
