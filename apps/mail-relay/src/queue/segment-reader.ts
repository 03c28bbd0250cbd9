/** One segment of the journal, read from its beginning: whole records, and what is none. */
import type { FileHandle } from "node:fs/promises";
import { decodeRecord, HEADER, MAGIC, recordOctets, type JournalRecord } from "./record.ts";

export type Found =
  | { readonly type: "record"; readonly at: number; readonly record: JournalRecord }
  /** Octets that are no record, though records follow. */
  | { readonly type: "torn"; readonly at: number; readonly octets: number }
  /** The same at the end: of a write that power loss cut short. */
  | { readonly type: "tail"; readonly at: number; readonly octets: number };

const CHUNK = 4 * 1024 * 1024;

/** Holds one chunk and one record at most. */
export async function* readSegment(file: FileHandle): AsyncGenerator<Found> {
  let held: Buffer = Buffer.alloc(0);
  /** Where `held` begins in the file. */
  let base = 0;
  let ended = false;
  /** Where octets began that are no record. */
  let torn: number | undefined;
  for (;;) {
    let at = 0;
    while (at < held.length) {
      const record = decodeRecord(held, at);
      if (record !== undefined) {
        if (torn !== undefined) yield { type: "torn", at: torn, octets: base + at - torn };
        torn = undefined;
        yield { type: "record", at: base + at, record };
        at += record.octets;
        continue;
      }
      if (!ended && mayBeginHere(held, at)) break;
      torn ??= base + at;
      at = nextMagic(held, at + 1, ended);
    }
    if (ended) break;
    const rest = held.subarray(at);
    base += at;
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, base + rest.length);
    ended = bytesRead === 0;
    held = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
  }
  if (torn !== undefined) yield { type: "tail", at: torn, octets: base + held.length - torn };
}

/** More octets could make a record of what begins here. */
function mayBeginHere(octets: Buffer, at: number): boolean {
  if (octets.length - at < HEADER) return true;
  const length = recordOctets(octets, at);
  return length !== undefined && octets.length - at < length;
}

function nextMagic(octets: Buffer, from: number, ended: boolean): number {
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(MAGIC);
  const found = octets.indexOf(magic, from);
  if (found >= 0) return found;
  return ended ? octets.length : Math.max(from, octets.length - magic.length + 1);
}
