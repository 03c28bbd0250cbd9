/** One plain sentence for every field of a transport packet, every table and every kind of stream. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import type { TsPart } from "./dissect.ts";
import { streamTypeName } from "./stream-types.ts";

const TS = "ISO/IEC 13818-1";

const PARTS: Readonly<Record<TsPart, Entry>> = {
  "sync byte": [
    "47: every packet begins with it, 188 octets apart; who tunes in looks for that.",
    `${TS} §2.4.3.3`,
  ],
  PID: ["Which stream the packet is of, and whether something begins in it.", `${TS} §2.4.3.3`, "continuity"],
  continuity: [
    "Counts the packets of its PID from 0 to 15 and round: a gap says that packets are missing.",
    `${TS} §2.4.3.3`,
  ],
  "adaptation field": [
    "What is said beside the content: decoding may begin here, the clock comes along, the clock leaps.",
    `${TS} §2.4.3.4`,
    "clock",
    "stuffing",
  ],
  clock: ["The sender's clock at 27 MHz when this octet left: receivers set theirs by it.", `${TS} §2.4.3.5`],
  stuffing: ["Fills the packet up to 188 octets; it means nothing.", `${TS} §2.4.3.5`],
  table: ["A section of a table, with a checksum: which streams there are and where.", `${TS} §2.4.4`],
  "PES header": [
    "A picture or some sound begins: when it is shown, and when it is decoded, at 90 kHz.",
    `${TS} §2.4.3.6`,
    "content",
  ],
  content: ["Octets of a picture or of sound, as the codec has them.", `${TS} §2.4.3.7`],
  "no packet": ["Here should be a packet, and there is none.", `${TS} §2.4.3.2`],
};

export function explainTsPart(name: string): Explanation {
  const found = Object.entries(PARTS).find(([part]) => part === name)?.[1];
  return found === undefined ? unexplained("A field not known here.", TS) : explanationOf(found);
}

/** By table_id (table 2-31). */
const TABLES: Readonly<Record<number, Entry>> = {
  0: [
    "The program association table: which programs there are, and where each is told of.",
    `${TS} §2.4.4.3`,
  ],
  1: ["The conditional access table: how scrambled streams are opened.", `${TS} §2.4.4.6`],
  2: [
    "The program map table: the streams of one program, what they are, and whose clock counts.",
    `${TS} §2.4.4.8`,
  ],
};

export const TS_TABLES: readonly number[] = Object.keys(TABLES).map(Number);

export function explainTsTable(id: number): Explanation {
  const found = TABLES[id];
  return found === undefined
    ? unexplained(`Table ${id}: not one of MPEG's own; a network's, or private.`, `${TS} §2.4.4`)
    : explanationOf(found);
}

export function explainStreamType(type: number): Explanation {
  const name = streamTypeName(type);
  return name.startsWith("stream type")
    ? unexplained(`A stream of type ${type}, which is not known here.`, `${TS} table 2-34`)
    : explanationOf([`A stream of ${name}.`, `${TS} table 2-34`]);
}

/** A datagram of packets. */
export const PACKETS_WORDS: Entry = [
  "Packets of MPEG-TS, seven as a rule: 1,316 octets fit an Ethernet frame with all headers.",
  `${TS} §2.4.3.2`,
];
