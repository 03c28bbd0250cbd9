/** Program specific information (ISO/IEC 13818-1 §2.4.4): which PIDs there are, in sections with a checksum. */
import { u16, u32, u8, joined } from "../fmp4/box.ts";
import { TsError } from "./error.ts";

/** ISO/IEC 13818-1 table 2-3. */
export const PAT_PID = 0;

/** ISO/IEC 13818-1 table 2-31. */
export const PAT_TABLE = 0;
export const PMT_TABLE = 2;

/** ISO/IEC 13818-1 table 2-34, as far as it is read here. */
export const STREAM_TYPES = { avc: 0x1b, aac: 0x0f } as const;

/** One entry of the program association table; program 0 is the network's own. */
export interface ProgramEntry {
  readonly number: number;
  readonly pid: number;
}

export interface ProgramStream {
  readonly pid: number;
  /** ISO/IEC 13818-1 table 2-34. */
  readonly streamType: number;
}

/** The program map table. */
export interface ProgramMap {
  readonly number: number;
  readonly pcrPid: number;
  readonly streams: readonly ProgramStream[];
}

/** A section with the long header (§2.4.4.10). */
export interface Section {
  readonly table: number;
  /** transport_stream_id or program_number. */
  readonly id: number;
  readonly version: number;
  /** Valid now, not announced for later. */
  readonly current: boolean;
  /** Between header and checksum. */
  readonly content: Uint8Array;
}

const LONG_HEADER = 8;
const CRC = 4;

/** `octets`: one section from its table_id to its checksum. Throws {@link TsError} for a wrong one. */
export function parseSection(octets: Uint8Array): Section {
  const [table = 0, flags = 0, , high = 0, low = 0, state = 0] = octets;
  if (octets.length < LONG_HEADER + CRC || (flags & 0x80) === 0)
    throw new TsError("TS_SECTION", `a section of ${octets.length} octets without its header`);
  if (crc32(octets) !== 0) throw new TsError("TS_SECTION", "a section whose checksum is wrong");
  return {
    table,
    id: (high << 8) | low,
    version: (state >> 1) & 31,
    current: (state & 1) === 1,
    content: octets.subarray(LONG_HEADER, octets.length - CRC),
  };
}

/** Behind the pointer_field that a packet with its beginning needs (§2.4.4.2). */
export function formatSection({ table, id, version, current, content }: Section): Uint8Array {
  const length = LONG_HEADER - 3 + content.length + CRC;
  const section = joined([
    u8(table, 0xb0 | (length >> 8), length & 0xff),
    u16(id),
    u8(0xc0 | (version << 1) | (current ? 1 : 0), 0, 0),
    content,
  ]);
  return joined([u8(0), section, u32(crc32(section))]);
}

/** Throws {@link TsError}. */
export function parsePat({ content }: Section): ProgramEntry[] {
  if (content.length % 4 !== 0) throw new TsError("TS_SECTION", "a PAT that ends within an entry");
  const entries: ProgramEntry[] = [];
  for (let at = 0; at < content.length; at += 4)
    entries.push({ number: word(content, at), pid: word(content, at + 2) & 0x1fff });
  return entries;
}

export function formatPat(programs: readonly ProgramEntry[]): Uint8Array {
  return u16(...programs.flatMap(({ number, pid }) => [number, 0xe000 | pid]));
}

/** Throws {@link TsError}. */
export function parsePmt({ id, content }: Section): ProgramMap {
  const streams: ProgramStream[] = [];
  let at = 4 + (word(content, 2) & 0xfff);
  while (at < content.length) {
    streams.push({ streamType: content[at] ?? 0, pid: word(content, at + 1) & 0x1fff });
    at += 5 + (word(content, at + 3) & 0xfff);
  }
  if (at !== content.length || content.length < 4)
    throw new TsError("TS_SECTION", "a PMT that ends within an entry");
  return { number: id, pcrPid: word(content, 0) & 0x1fff, streams };
}

export function formatPmt({ pcrPid, streams }: ProgramMap): Uint8Array {
  const entries = streams.map(({ streamType, pid }) => joined([u8(streamType), u16(0xe000 | pid, 0xf000)]));
  return joined([u16(0xe000 | pcrPid, 0xf000), ...entries]);
}

function word(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

/** ISO/IEC 13818-1 Annex A: 0x04c11db7, the highest bit first, nothing turned over at the end. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_value, octet) => {
  let rest = octet << 24;
  for (let bit = 0; bit < 8; bit++) rest = (rest << 1) ^ (rest < 0 ? 0x04c1_1db7 : 0);
  return rest;
});

/** Of a section with its checksum: 0. */
export function crc32(octets: Uint8Array): number {
  let rest = 0xffff_ffff;
  for (const octet of octets) rest = (rest << 8) ^ (CRC_TABLE[((rest >>> 24) ^ octet) & 0xff] ?? 0);
  return rest >>> 0;
}

/** Collects sections from the payloads of one PID; what is no beginning of one is skipped. */
export class SectionReader {
  #pending: Uint8Array | undefined;

  /** Whole sections; `unitStart`: there is a pointer_field. */
  read(payload: Uint8Array, unitStart: boolean): Uint8Array[] {
    if (!unitStart) return this.#pending === undefined ? [] : this.#take(payload);
    const begin = 1 + (payload[0] ?? 0);
    const ended = this.#pending === undefined ? [] : this.#take(payload.subarray(1, begin));
    this.#pending = new Uint8Array();
    return [...ended, ...this.#take(payload.subarray(begin))];
  }

  /** Packets are missing: the section that was being collected is not whole. */
  lost(): void {
    this.#pending = undefined;
  }

  #take(octets: Uint8Array): Uint8Array[] {
    // Never more than a packet over the 4,096 that a section's twelve bits of length allow.
    let rest = joined([this.#pending ?? new Uint8Array(), octets]);
    const sections: Uint8Array[] = [];
    // §2.4.4: behind the last section of a packet stands 0xff.
    while (rest.length >= 3 && rest[0] !== 0xff) {
      const length = 3 + (word(rest, 1) & 0xfff);
      if (rest.length < length) break;
      sections.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#pending = rest.length === 0 || rest[0] === 0xff ? undefined : rest;
    return sections;
  }
}
