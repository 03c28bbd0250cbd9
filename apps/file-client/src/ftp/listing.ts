/** What MLSD and LIST send, as entries. */
import { parseFacts, parseListLine, parseTime, type FactsLine } from "@socketscope/ftp";
import { decodeName } from "@socketscope/wire";
import { FileError } from "../errors.ts";
import type { RemoteEntry } from "../remote-files.ts";

/** Octets of one listing: some 500,000 entries. */
const MAX_LISTING = 64 * 1024 * 1024;

const LF = 10;
const CR = 13;

/** Lines without their ends; a bare LF ends one too, as some servers in TYPE I send it. Rejects with FileError "LENGTH". */
export async function linesOf(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > MAX_LISTING) throw new FileError("LENGTH", `a listing of more than ${MAX_LISTING} octets`);
    chunks.push(piece);
  }
  const octets = Buffer.concat(chunks);
  const lines: Uint8Array[] = [];
  for (let at = 0; at < octets.length;) {
    const found = octets.indexOf(LF, at);
    const end = found < 0 ? octets.length : found;
    const line = octets.subarray(at, octets[end - 1] === CR && end > at ? end - 1 : end);
    if (line.length > 0) lines.push(line);
    at = end + 1;
  }
  return lines;
}

/** RFC 3659 §7. A line that is none is passed over. */
export function entriesOfMlsd(lines: readonly Uint8Array[]): readonly RemoteEntry[] {
  return lines.flatMap((line) => {
    const parsed = parseFacts(line);
    const entry = parsed && entryOfFacts(parsed);
    return entry === undefined || isSelf(entry.name, parsed) ? [] : [entry];
  });
}

function isSelf(name: string, parsed: FactsLine | undefined): boolean {
  const type = parsed?.facts.get("type")?.toLowerCase();
  return type === "cdir" || type === "pdir" || name === "." || name === "..";
}

export function entryOfFacts({ facts, name }: FactsLine): RemoteEntry {
  const type = (facts.get("type") ?? "file").toLowerCase();
  const size = facts.get("size") ?? "";
  const mode = facts.get("unix.mode") ?? "";
  return {
    name,
    type: typeOf(type),
    size: /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    modified: parseTime(facts.get("modify") ?? ""),
    precision: 1000,
    mode: /^[0-7]{1,5}$/.test(mode) ? Number.parseInt(mode, 8) & 0o7777 : undefined,
    owner: facts.get("unix.ownername") ?? facts.get("unix.owner") ?? facts.get("unix.uid"),
    target: undefined,
  };
}

/** RFC 3659 §7.5.1; `OS.unix=slink:/target` and `OS.unix=symlink` are in use for links. */
function typeOf(type: string): RemoteEntry["type"] {
  if (type === "file") return "file";
  if (type === "dir" || type === "cdir" || type === "pdir") return "folder";
  return /^os\.unix=s(?:ym)?link/.test(type) ? "link" : "other";
}

/** The server's clock may show any time zone. */
const DAY = 86_400_000;

export function entriesOfList(lines: readonly Uint8Array[], now: number): readonly RemoteEntry[] {
  return lines.flatMap((line) => {
    const parsed = parseListLine(decodeName(line), now);
    if (parsed === undefined || parsed.name === "." || parsed.name === "..") return [];
    return [{ ...parsed, precision: DAY, owner: undefined }];
  });
}
