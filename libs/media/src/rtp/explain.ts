/** One plain sentence for every field of RTP and RTCP, every report and every name in it. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import type { RtpPart } from "./dissect.ts";
import { RTCP_TYPES, SDES_ITEMS } from "./rtcp.ts";

const PARTS: Readonly<Record<RtpPart, Entry>> = {
  version: ["Version 2, and whether padding, an extension and other sources follow.", "RFC 3550 §5.1"],
  "marker and type": [
    "What the payload is, by number; the highest bit marks what its kind finds worth marking.",
    "RFC 3550 §5.1",
  ],
  sequence: [
    "Counts the packets: who receives sees what is missing and puts in order what is not.",
    "RFC 3550 §5.1",
  ],
  timestamp: ["When the payload belongs, on the clock of its kind: 90 kHz for video.", "RFC 3550 §5.1"],
  sender: ["A number at random by which the sender of this stream is told from others.", "RFC 3550 §8"],
  sources: ["Whose streams were mixed into this one.", "RFC 3550 §5.1"],
  extension: ["More than the header has room for; who does not know it passes over it.", "RFC 3550 §5.3.1"],
  padding: ["Fills up to a border; its last octet says how long it is.", "RFC 3550 §5.1"],
  payload: ["What is carried, as its type says.", "RFC 3550 §5.1"],
  "report head": [
    "Version, how many reports follow, what kind they are, and their length in words.",
    "RFC 3550 §6.4",
  ],
  "wall clock": [
    "The time of day of this report: with the timestamp beside it streams are put in step.",
    "RFC 3550 §6.4.1",
    "timestamp",
  ],
  "sender counts": ["How many packets and octets the sender has sent since it began.", "RFC 3550 §6.4.1"],
  "report block": [
    "What one receiver has of a sender: losses, how far it came, how unevenly.",
    "RFC 3550 §6.4.1",
  ],
  description: ["Who a sender is: a name that stays, and what else it tells of itself.", "RFC 3550 §6.5"],
  leaving: ["Who stops sending, and perhaps why.", "RFC 3550 §6.6"],
  "application data": ["Something of an application's own, or a report not known here.", "RFC 3550 §6.7"],
  unreadable: ["Not what it should be: nothing of it can be read.", "RFC 3550 §A.1"],
};

export function explainRtpPart(name: string): Explanation {
  const found = Object.entries(PARTS).find(([part]) => part === name)?.[1];
  return found === undefined ? unexplained("A field not known here.", "RFC 3550 §5.1") : explanationOf(found);
}

/** A packet of RTP as a whole. */
export const RTP_WORDS: Entry = [
  "A packet of a stream that is played as it comes: numbered, stamped, and never sent again.",
  "RFC 3550 §5",
];

const TYPES: Readonly<Record<number, Entry>> = {
  [RTCP_TYPES.SR]: [
    "The sender says how much it has sent, and what time it was.",
    "RFC 3550 §6.4.1",
    "receiver report",
  ],
  [RTCP_TYPES.RR]: ["A receiver says what it has of what was sent.", "RFC 3550 §6.4.2"],
  [RTCP_TYPES.SDES]: ["A sender says who it is.", "RFC 3550 §6.5"],
  [RTCP_TYPES.BYE]: ["A sender leaves; receivers need not wait for more.", "RFC 3550 §6.6"],
  [RTCP_TYPES.APP]: ["Something of an application's own.", "RFC 3550 §6.7"],
};

export function explainRtcpType(type: number): Explanation {
  const found = TYPES[type];
  return found === undefined
    ? unexplained(
        `A report of type ${type}, which is not known here; receivers pass over it.`,
        "RFC 3550 §6.1",
      )
    : explanationOf(found);
}

const ITEMS: Readonly<Record<number, Entry>> = {
  [SDES_ITEMS.CNAME]: ["The name that stays the same when the sender's number changes.", "RFC 3550 §6.5.1"],
  [SDES_ITEMS.NAME]: ["The name of the person or the station.", "RFC 3550 §6.5.2"],
  [SDES_ITEMS.EMAIL]: ["A mail address.", "RFC 3550 §6.5.3"],
  [SDES_ITEMS.PHONE]: ["A telephone number.", "RFC 3550 §6.5.4"],
  [SDES_ITEMS.LOC]: ["Where the sender is.", "RFC 3550 §6.5.5"],
  [SDES_ITEMS.TOOL]: ["The program that sends.", "RFC 3550 §6.5.6"],
  [SDES_ITEMS.NOTE]: ["What is going on just now.", "RFC 3550 §6.5.7"],
  [SDES_ITEMS.PRIV]: ["Something of an application's own, with a name in front.", "RFC 3550 §6.5.8"],
};

export function explainSdesItem(type: number): Explanation {
  const found = ITEMS[type];
  return found === undefined
    ? unexplained(`An item of type ${type}, which is not known here.`, "RFC 3550 §6.5")
    : explanationOf(found);
}

/** RFC 3551 §6: the types that have a meaning without being told. */
const PAYLOADS: Readonly<Record<number, string>> = {
  0: "sound as telephones have it (PCMU)",
  3: "GSM",
  8: "sound as telephones have it (PCMA)",
  9: "G.722",
  10: "sound of two channels, 16 bits (L16)",
  11: "sound of one channel, 16 bits (L16)",
  14: "MPEG audio",
  18: "G.729",
  26: "JPEG pictures",
  31: "H.261",
  32: "MPEG-1 or MPEG-2 video",
  33: "MPEG-TS",
  34: "H.263",
};

export const RTP_PAYLOAD_TYPES: readonly number[] = Object.keys(PAYLOADS).map(Number);

export function explainPayloadType(type: number): Explanation {
  const name = PAYLOADS[type];
  if (name !== undefined) return explanationOf([`The payload is ${name}.`, "RFC 3551 §6"]);
  return unexplained(
    type >= 96
      ? "A payload whose kind both sides have agreed on elsewhere, by SDP as a rule."
      : `Payload type ${type}, which is not known here.`,
    "RFC 3551 §3",
  );
}
