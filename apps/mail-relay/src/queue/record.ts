/**
 * One record of the journal, as it lies on the disk:
 *
 *     "SSJ1" · CRC-32 · octets of meta · octets of content · meta (JSON) · content
 *
 * Numbers are 32 bits, the most significant octet first. The checksum covers everything behind itself.
 */
import { crc32 } from "node:zlib";

export const MAGIC = 0x53534a31;
export const HEADER = 16;
/** Octets; a longer record is none of ours. */
export const MAX_META = 8 * 1024 * 1024;
export const MAX_CONTENT = 16 * 1024 * 1024;

export interface JournalRecord {
  readonly meta: unknown;
  readonly content: Buffer;
  /** Of the whole record, header included. */
  readonly octets: number;
}

export function encodeRecord(meta: unknown, content: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(meta), "utf8");
  const record = Buffer.allocUnsafe(HEADER + text.length + content.length);
  record.writeUInt32BE(MAGIC, 0);
  record.writeUInt32BE(text.length, 8);
  record.writeUInt32BE(content.length, 12);
  text.copy(record, HEADER);
  record.set(content, HEADER + text.length);
  record.writeUInt32BE(crc32(record.subarray(8)), 4);
  return record;
}

/** How long the record at `at` says it is; undefined where none begins, or more octets are needed to say. */
export function recordOctets(octets: Buffer, at = 0): number | undefined {
  if (octets.length - at < HEADER || octets.readUInt32BE(at) !== MAGIC) return undefined;
  const meta = octets.readUInt32BE(at + 8);
  const content = octets.readUInt32BE(at + 12);
  return meta > MAX_META || content > MAX_CONTENT ? undefined : HEADER + meta + content;
}

/** The record at `at`; undefined where there is none that is whole. */
export function decodeRecord(octets: Buffer, at = 0): JournalRecord | undefined {
  const length = recordOctets(octets, at);
  if (length === undefined || octets.length - at < length) return undefined;
  const record = octets.subarray(at, at + length);
  if (crc32(record.subarray(8)) !== record.readUInt32BE(4)) return undefined;
  const text = HEADER + record.readUInt32BE(8);
  try {
    const meta: unknown = JSON.parse(record.toString("utf8", HEADER, text));
    return { meta, content: record.subarray(text), octets: length };
  } catch {
    return undefined;
  }
}
