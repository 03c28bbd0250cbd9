/** From a decoded path to what is there: a file, a folder, or the way to one. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isHidden, OpenFile, type NoFile, type Version } from "./static-file.ts";
import type { Coding, Folder } from "./static-options.ts";

export type Found =
  | { readonly kind: "file"; readonly file: OpenFile }
  | { readonly kind: "folder"; readonly folder: Folder }
  /** A folder asked for without the slash at the end. */
  | { readonly kind: "redirect" }
  | { readonly kind: "none"; readonly why: NoFile };

export interface LookupOptions {
  readonly root: string;
  readonly index: readonly string[];
  readonly extensions: readonly string[];
  readonly followSymlinks: boolean;
  readonly now: () => number;
}

/** `path`: decoded, without dot segments, from "/". The caller closes the file. */
export async function lookUp(path: string, options: LookupOptions): Promise<Found> {
  // Not "forbidden": whether a hidden file exists is nobody's business.
  if (isHidden(path)) return { kind: "none", why: "missing" };
  return path.endsWith("/") ? lookUpFolder(path, options) : lookUpFile(path, options);
}

async function lookUpFile(path: string, options: LookupOptions): Promise<Found> {
  const exact = await openBelow(path, options);
  if (exact instanceof OpenFile) return { kind: "file", file: exact };
  if (exact === "busy" || exact === "forbidden") return { kind: "none", why: exact };
  for (const extension of options.extensions) {
    const page = await openBelow(path + extension, options);
    if (page instanceof OpenFile) return { kind: "file", file: page };
  }
  return typeof exact === "string" ? { kind: "none", why: exact } : { kind: "redirect" };
}

async function lookUpFolder(path: string, options: LookupOptions): Promise<Found> {
  for (const name of options.index) {
    const index = await openBelow(path + name, options);
    if (index instanceof OpenFile) return { kind: "file", file: index };
    if (index === "busy" || index === "forbidden") return { kind: "none", why: index };
  }
  const folder = await openBelow(path, options);
  if (typeof folder === "string") return { kind: "none", why: folder };
  if (!(folder instanceof OpenFile)) return { kind: "folder", folder: { path, location: folder.location } };
  // No system opens "file/" as a file, but the descriptor must not leak if one does.
  await folder.close();
  return { kind: "none", why: "missing" };
}

function openBelow(path: string, { root, followSymlinks, now }: LookupOptions) {
  return OpenFile.open(join(root, path), followSymlinks ? undefined : root, now);
}

/** A file beside the asked one, with the same content coded: `app.js.br`. */
export interface Sibling {
  readonly path: string;
  readonly version: Version;
}

const SUFFIX: Readonly<Record<Coding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };

/** The siblings that are not older than the file: an older one is of a version before. */
export async function findSiblings(
  file: OpenFile,
  codings: readonly Coding[],
): Promise<ReadonlyMap<Coding, Sibling>> {
  const found = await Promise.all(
    codings.map(async (coding): Promise<readonly [Coding, Sibling] | undefined> => {
      const path = file.path + SUFFIX[coding];
      const stats = await stat(path, { bigint: true }).catch(() => undefined);
      return stats?.isFile() && stats.mtimeNs >= file.version.mtimeNs
        ? [coding, { path, version: stats }]
        : undefined;
    }),
  );
  return new Map(found.filter((entry) => entry !== undefined));
}
