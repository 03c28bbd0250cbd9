/** Transport packets taken apart, for showing: where each field stands, what the packet brings, and what is missing before it. */
import type { Range } from "@socketscope/wire";
import { TsError } from "./error.ts";
import { parseTsPacket, TS_NULL_PID, TS_PACKET, TS_SYNC_BYTE, type TsPacket } from "./packet.ts";
import { parsePes } from "./pes.ts";
import { PAT_PID, PAT_TABLE, parsePat, parsePmt, parseSection, PMT_TABLE } from "./psi.ts";
import { streamTypeName } from "./stream-types.ts";

/** The fields of a packet, as they are named in {@link Range}. */
export const TS_PARTS = [
  "sync byte",
  "PID",
  "continuity",
  "adaptation field",
  "clock",
  "stuffing",
  "table",
  "PES header",
  "content",
  "no packet",
] as const;

export type TsPart = (typeof TS_PARTS)[number];

export interface TsPacketSeen {
  /** In order, without overlap; together they cover it. */
  readonly parts: readonly (Range & { readonly name: TsPart })[];
  /** "PAT", "key picture", "sound", "" for what is no beginning. */
  readonly brings: string;
  readonly problem: string | undefined;
}

/** PIDs that are remembered: those of a program, and what else comes along. */
const MOST_PIDS = 64;

export class TsLooker {
  readonly #counters = new Map<number, number>();
  #pmt: number | undefined;
  readonly #types = new Map<number, number>();

  /** `octets`: of one packet; `at`: where they stand in their stream. */
  look(octets: Uint8Array, at: number): TsPacketSeen {
    const none = (problem: string): TsPacketSeen => ({
      parts: [{ name: "no packet", from: at, to: at + octets.length }],
      brings: "",
      problem,
    });
    if (octets.length < TS_PACKET) return none(`${octets.length} octets are no packet`);
    if (octets[0] !== TS_SYNC_BYTE) return none("a packet begins with 47, and here it does not");
    try {
      const packet = parseTsPacket(octets);
      const parts = partsOf(octets, packet);
      const missing = this.#missing(packet);
      const problem = packet.damaged ? "damaged on its way, says the receiver that passed it on" : missing;
      const told = parts.map(([name, from, to]) => ({ name, from: at + from, to: at + to }));
      return { parts: told.filter(({ from, to }) => to > from), brings: this.#brings(packet), problem };
    } catch (error) {
      if (error instanceof TsError) return none(error.message);
      throw error;
    }
  }

  /** Octets were not seen: nothing is known to be missing. */
  forget(): void {
    this.#counters.clear();
  }

  #missing({ pid, counter, payload, adaptation }: TsPacket): string | undefined {
    if (payload === undefined || pid === TS_NULL_PID) return undefined;
    const before = this.#counters.get(pid);
    if (before !== undefined || this.#counters.size < MOST_PIDS) this.#counters.set(pid, counter);
    if (before === undefined || adaptation?.discontinuity === true) return undefined;
    // ISO/IEC 13818-1 §2.4.3.3: a packet may be sent twice.
    if (counter === before || counter === ((before + 1) & 15)) return undefined;
    return `PID ${pid}: packet ${(before + 1) & 15} was to come, ${counter} came`;
  }

  #brings({ pid, payload, unitStart, adaptation, scrambled }: TsPacket): string {
    if (pid === TS_NULL_PID) return "nothing";
    if (payload === undefined) return adaptation?.pcr === undefined ? "" : "clock";
    if (!unitStart || scrambled) return "";
    if (pid === PAT_PID || pid === this.#pmt) return this.#table(payload);
    const type = this.#types.get(pid);
    if (type === undefined) return "a stream";
    const name = streamTypeName(type);
    return adaptation?.randomAccess === true ? `${name}, key` : name;
  }

  /** Of a section that is whole in its packet. */
  #table(payload: Uint8Array): string {
    try {
      const section = parseSection(sectionIn(payload));
      if (section.table === PAT_TABLE) {
        this.#pmt = parsePat(section).find(({ number }) => number !== 0)?.pid;
        return "PAT";
      }
      if (section.table !== PMT_TABLE) return `table ${section.table}`;
      this.#types.clear();
      for (const { pid, streamType } of parsePmt(section).streams.slice(0, MOST_PIDS))
        this.#types.set(pid, streamType);
      return "PMT";
    } catch (error) {
      if (error instanceof TsError) return "a table that is none";
      throw error;
    }
  }
}

/** Behind the pointer_field, up to where it says that it ends. */
function sectionIn(payload: Uint8Array): Uint8Array {
  const from = 1 + (payload[0] ?? 0);
  const length = 3 + ((((payload[from + 1] ?? 0) & 15) << 8) | (payload[from + 2] ?? 0));
  return payload.subarray(from, from + length);
}

/** What a part "table" is by its octets: its table_id, and of a whole program map the types of its streams. */
export function tableIn(octets: Uint8Array): {
  readonly table: number;
  readonly streamTypes: readonly number[];
} {
  const section = sectionIn(octets);
  const table = section[0] ?? -1;
  if (table !== PMT_TABLE) return { table, streamTypes: [] };
  try {
    return {
      table,
      streamTypes: parsePmt(parseSection(section)).streams.map(({ streamType }) => streamType),
    };
  } catch (error) {
    if (error instanceof TsError) return { table, streamTypes: [] };
    throw error;
  }
}

function partsOf(octets: Uint8Array, packet: TsPacket): [name: TsPart, from: number, to: number][] {
  const { pid, adaptation, payload, unitStart, scrambled } = packet;
  const begin = TS_PACKET - (payload?.length ?? 0);
  const head: [TsPart, number, number][] = [
    ["sync byte", 0, 1],
    ["PID", 1, 3],
    ["continuity", 3, 4],
  ];
  if (adaptation !== undefined) {
    const said = Math.min(begin, 6);
    const clock = adaptation.pcr === undefined ? said : 12;
    head.push(["adaptation field", 4, said], ["clock", said, clock], ["stuffing", clock, begin]);
  }
  if (payload === undefined) return head;
  if (pid === TS_NULL_PID) return [...head, ["stuffing", begin, TS_PACKET]];
  if (!unitStart || scrambled) return [...head, ["content", begin, TS_PACKET]];
  const pes = pesSize(octets.subarray(begin));
  if (pes > 0) return [...head, ["PES header", begin, begin + pes], ["content", begin + pes, TS_PACKET]];
  const section = begin + 1 + (payload[0] ?? 0);
  const end = section + 3 + ((((octets[section + 1] ?? 0) & 15) << 8) | (octets[section + 2] ?? 0));
  const filled = end <= TS_PACKET && octets.subarray(end).every((octet) => octet === 0xff);
  return [
    ...head,
    ["table", begin, filled ? end : TS_PACKET],
    ["stuffing", filled ? end : TS_PACKET, TS_PACKET],
  ];
}

/** 0 where none begins. */
function pesSize(payload: Uint8Array): number {
  if (payload[0] !== 0 || payload[1] !== 0 || payload[2] !== 1) return 0;
  try {
    return parsePes(payload)?.size ?? payload.length;
  } catch (error) {
    if (error instanceof TsError) return payload.length;
    throw error;
  }
}
