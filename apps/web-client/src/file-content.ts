/** A file, or standard input, as the content of a request. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { StreamedContent } from "@socketscope/web";
import { EXIT, TransferError } from "./failure.ts";

/** Octets of one read. */
const READ = 256 * 1024;

/** Opened when it is sent. Throws TransferError when there is no such file. */
export async function openFile(path: string): Promise<StreamedContent & { readonly length: number }> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new TransferError(EXIT.readFailed, `cannot read ${path}`, { cause: error });
  });
  if (!stats.isFile()) throw new TransferError(EXIT.readFailed, `${path} is not a file`);
  return { length: stats.size, pieces: piecesOf(path, stats.size) };
}

/** Exactly `length` octets: a file that grows meanwhile is sent as it was announced. */
async function* piecesOf(path: string, length: number): AsyncGenerator<Uint8Array> {
  if (length === 0) return;
  for await (const piece of createReadStream(path, { highWaterMark: READ, end: length - 1 })) {
    if (piece instanceof Uint8Array) yield piece;
  }
}

/** Chunked: nobody knows how much will come. */
export function openInput(input: AsyncIterable<unknown>): StreamedContent {
  return { pieces: octetsOf(input) };
}

async function* octetsOf(input: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of input) if (piece instanceof Uint8Array) yield piece;
}

/** Standard input whole, for data that is sent with its length. Throws TransferError above `limit` octets. */
export async function readInput(input: AsyncIterable<unknown>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of octetsOf(input)) {
    length += piece.length;
    if (length > limit)
      throw new TransferError(
        EXIT.readFailed,
        `standard input is larger than ${limit} bytes: use --upload-file -`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
