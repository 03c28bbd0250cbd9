/** MODE Z (draft-preston-ftpext-deflate): what travels is one zlib stream (RFC 1950), of listings too. */
import { once } from "node:events";
import { pipeline, Writable } from "node:stream";
import { createDeflate, createInflate } from "node:zlib";
import type { Sink } from "./receiving.ts";
import type { Source } from "./sending.ts";

/** Octets that zlib gives at once. */
const PIECE = 64 * 1024;

/** What came is no zlib stream, or not all of one. */
export class NotDeflated extends Error {
  override readonly name = "NotDeflated";
  readonly code = "NOT_DEFLATED";
}

/** `level`: 1 to 9. To be closed on every path. */
export function deflated(source: Source, level: number): Source & { close(): void } {
  const deflate = createDeflate({ level, chunkSize: PIECE });
  // A fault of the source comes out of the iterator.
  pipeline(piecesOf(source), deflate, () => undefined);
  const pieces: AsyncIterator<unknown> = deflate[Symbol.asyncIterator]();
  return {
    async next() {
      const { value } = await pieces.next();
      return value instanceof Uint8Array ? value : undefined;
    },
    close: () => void deflate.destroy(),
  };
}

/** `done` as streams want it. */
async function settle(written: Promise<void>, done: (error?: Error | null) => void): Promise<void> {
  let fault: Error | undefined;
  try {
    await written;
  } catch (error) {
    fault = error instanceof Error ? error : new NotDeflated(String(error));
  }
  done(fault);
}

async function* piecesOf(source: Source): AsyncGenerator<Uint8Array> {
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) yield piece;
}

/** Memory is bounded whatever a few octets swell to: each piece is in the file before the next is inflated. */
export function inflated(sink: Sink): Sink & { end(): Promise<void>; close(): void } {
  const inflate = createInflate({ chunkSize: PIECE });
  const file = new Writable({
    write(octets: Uint8Array, _, done) {
      void settle(sink.write([octets]), done);
    },
  });
  const over = new Promise<void>((resolve, reject) => {
    pipeline(inflate, file, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error.code?.startsWith("Z_") === true ? new NotDeflated(error.message) : error);
    });
  });
  over.catch(() => undefined);
  let came = false;
  return {
    async write(pieces) {
      for (const piece of pieces) {
        came ||= piece.length > 0;
        if (!inflate.write(piece)) await Promise.race([once(inflate, "drain"), over]);
      }
    },
    async end() {
      // Who has nothing to say may say nothing, not even an empty stream.
      if (!came) return;
      inflate.end();
      await over;
    },
    close: () => void inflate.destroy(),
  };
}
