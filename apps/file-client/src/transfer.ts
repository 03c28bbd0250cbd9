/** One file, there or back, whole or from where an earlier try ended. */
import { FileError } from "./errors.ts";
import { LocalSource, PartialFile } from "./local-files.ts";
import type { RemoteEntry, RemoteFiles } from "./remote-files.ts";

export interface TransferOptions {
  /** What is there of an earlier try is kept, when it fits. */
  readonly resume: boolean;
  readonly onOctets: (octets: number) => void;
  /** How much there is altogether, and how much of it is there already. */
  readonly onStart: (total: number | undefined, from: number) => void;
}

/** What is there already, where a listing has told; `nothing` saves asking. */
export type Known = Pick<RemoteEntry, "type" | "size"> | "nothing";

export interface Transferred {
  /** Of the file. */
  readonly size: number;
  /** That were there before. */
  readonly from: number;
}

/**
 * Octets in front of where a transfer goes on that are compared first: a partial of another version of the file would
 * make one that nobody ever had.
 */
const OVERLAP = 1024;

/** Rejects with FileError; the partial stays then, for the next try. `entry`: what is known of the file. */
export async function download(
  files: RemoteFiles,
  path: string,
  entry: Pick<RemoteEntry, "size" | "modified">,
  target: string,
  options: TransferOptions,
): Promise<Transferred> {
  const partial = await PartialFile.open(target);
  let done = false;
  try {
    const from = await resumable(partial, entry.size, options.resume);
    let got = await fetchFrom(files, path, entry.size, partial, from, options);
    // What was there was of another file.
    got ??= await fetchFrom(files, path, entry.size, partial, 0, options);
    if (got === undefined || (entry.size !== undefined && got.size !== entry.size))
      throw new FileError("LENGTH", `${path}: ${got?.size ?? 0} of ${entry.size ?? "?"} octets came`);
    await partial.commit(entry.modified);
    done = true;
    return got;
  } finally {
    if (!done) await partial.leave().catch(() => undefined);
  }
}

async function resumable(partial: PartialFile, size: number | undefined, resume: boolean): Promise<number> {
  if (resume && size !== undefined && partial.size <= size) return partial.size;
  await partial.cut(0);
  return 0;
}

/** Undefined: what the partial holds is not what the server has; it is empty now. */
async function fetchFrom(
  files: RemoteFiles,
  path: string,
  size: number | undefined,
  partial: PartialFile,
  from: number,
  { onOctets, onStart }: TransferOptions,
): Promise<Transferred | undefined> {
  const overlap = Math.min(from, OVERLAP);
  const known = overlap === 0 ? new Uint8Array(0) : await partial.readAt(from - overlap, overlap);
  let at = from - overlap;
  onStart(size, from);
  for await (const piece of files.read(path, at)) {
    const compared = Math.min(piece.length, Math.max(0, from - at));
    const begin = overlap - (from - at);
    if (compared > 0 && !equal(piece.subarray(0, compared), known.subarray(begin, begin + compared))) {
      await partial.cut(0);
      return undefined;
    }
    if (size !== undefined && at + piece.length > size)
      throw new FileError("LENGTH", `${path}: more came than the ${size} octets it was said to have`);
    if (piece.length > compared) await partial.writeAt(at + compared, piece.subarray(compared));
    at += piece.length;
    onOctets(piece.length - compared);
  }
  if (at < from) {
    await partial.cut(0);
    return undefined;
  }
  return { size: at, from };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Rejects with FileError; what has arrived stays there, for the next try. */
export async function upload(
  files: RemoteFiles,
  local: string,
  path: string,
  options: TransferOptions & { readonly known?: Known | undefined },
): Promise<Transferred> {
  const source = await LocalSource.open(local);
  try {
    const from = options.resume ? await partThere(files, path, source, options.known) : 0;
    options.onStart(source.size, from);
    await files.write(path, from, counted(source.pieces(from), options));
    await files.setModified(path, source.modified);
    return { size: source.size, from };
  } finally {
    await source.close();
  }
}

/** Octets of the file that are there already: shorter than ours, and its end is what ours has in that place. */
async function partThere(
  files: RemoteFiles,
  path: string,
  source: LocalSource,
  known: Known | undefined,
): Promise<number> {
  const there = known === "nothing" ? undefined : (known ?? (await files.stat(path)));
  if (there?.type !== "file" || there.size === undefined || there.size === 0 || there.size >= source.size)
    return 0;
  const overlap = Math.min(there.size, OVERLAP);
  const ours = await source.readAt(there.size - overlap, overlap);
  try {
    let theirs: Uint8Array = new Uint8Array(0);
    for await (const piece of files.read(path, there.size - overlap)) {
      theirs = Buffer.concat([theirs, piece]);
      // It has grown meanwhile, or the server does not resume.
      if (theirs.length > overlap) return 0;
    }
    return equal(theirs, ours) ? there.size : 0;
  } catch (error) {
    // Who may only write cannot compare, and begins again.
    if (files.usable && error instanceof FileError) return 0;
    throw error;
  }
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  { onOctets }: TransferOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    yield piece;
    onOctets(piece.length);
  }
}
