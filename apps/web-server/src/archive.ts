/** A folder as `.tar.gz`, made while it is sent: no more is read than the client takes. */
import { createReadStream, type Stats } from "node:fs";
import { open, opendir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isHidden, type Folder, type Response } from "@socketscope/web";
import { pack, type Pack } from "tar-stream";
import { isVisible, type Visible } from "./listing/folder.ts";

export interface ArchiveLimits {
  /** Folders inside folders. Default 64: a link may lead in a circle. */
  readonly depth: number;
  /** Entries. Default 100,000. */
  readonly entries: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { depth: 64, entries: 100_000 };

/** The archive would go over a limit: what was sent is incomplete, and the client must see that. */
export class ArchiveTooLarge extends Error {
  override readonly name = "ArchiveTooLarge";
  readonly code = "WEB_ARCHIVE_TOO_LARGE";
}

export function archive(folder: Folder, visible: Visible, limits: ArchiveLimits = ARCHIVE_LIMITS): Response {
  const name = folder.path === "/" ? "site" : basename(folder.path);
  return {
    status: 200,
    fields: [
      "Content-Type",
      "application/gzip",
      "Content-Disposition",
      // RFC 6266 §4.3, RFC 8187 §3.2.1: the plain name for old readers, the extended one for the right letters.
      `attachment; filename="${name.replaceAll(/[^\w .-]/g, "_")}.tar.gz"; filename*=UTF-8''${extended(`${name}.tar.gz`)}`,
      "Cache-Control",
      "no-store",
    ],
    // A generator: nothing is opened for HEAD, or when the client is gone before the first piece.
    content: { pieces: pieces(folder.location, name, visible, limits) },
  };
}

function extended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

async function* pieces(
  location: string,
  name: string,
  visible: Visible,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const gzip = createGzip();
  const stop = new AbortController();
  const sent = pipeline(tar, gzip, { signal: stop.signal });
  const filled = fill(tar, location, name, visible, limits, stop.signal).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : undefined),
  );
  // Told by the iterator below; here it must only not go unheard.
  sent.catch(() => undefined);
  try {
    for await (const piece of gzip) if (piece instanceof Uint8Array) yield piece;
  } finally {
    stop.abort();
    await filled;
  }
}

async function fill(
  tar: Pack,
  location: string,
  name: string,
  visible: Visible,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<void> {
  let entries = 0;
  const add = async (path: string, inside: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    entries += 1;
    if (entries > limits.entries || depth > limits.depth)
      throw new ArchiveTooLarge(`more than ${limits.entries} entries or ${limits.depth} levels`);
    if (!(await isVisible(path, visible).catch(() => false))) return;
    const file = await open(await realpath(path)).catch(() => undefined);
    if (file === undefined) return;
    try {
      const stats = await file.stat();
      if (stats.isDirectory()) {
        await entry(tar, { name: `${inside}/`, type: "directory", ...times(stats) }, undefined, signal);
        for await (const child of await opendir(path)) {
          if (!isHidden(child.name)) await add(join(path, child.name), `${inside}/${child.name}`, depth + 1);
        }
      } else if (stats.isFile()) {
        // The size goes first (POSIX ustar), so a file that grows meanwhile is cut there.
        const octets =
          stats.size === 0
            ? undefined
            : createReadStream("", { fd: file.fd, autoClose: false, start: 0, end: stats.size - 1 });
        await entry(tar, { name: inside, size: stats.size, ...times(stats) }, octets, signal);
      }
    } finally {
      await file.close();
    }
  };
  await add(location, name, 0);
}

function times({ mtime, mode }: Stats): { mtime: Date; mode: number } {
  return { mtime, mode: mode & 0o777 };
}

type Header = Parameters<Pack["entry"]>[0];

async function entry(
  tar: Pack,
  header: Header,
  octets: AsyncIterable<unknown> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (octets === undefined) {
    await new Promise<void>((resolve, reject) => {
      tar.entry(header, "", (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  const place = tar.entry(header);
  await pipeline(octets, place, { signal });
}
