/** Datagrams of video taken apart: RTP, RTCP, and MPEG-TS by itself or within RTP. One call, one datagram, one message. */
import type { Direction, Dissector, Message, Range } from "@socketscope/wire";
import { TsLooker } from "../ts/dissect.ts";
import { TS_PACKET } from "../ts/packet.ts";
import { RtpError } from "./error.ts";
import { RTP_MP2T, scanRtp, type RtpLayout } from "./packet.ts";
import { RTCP_TYPES, scanRtcp, type RtcpLayout } from "./rtcp.ts";

/** The fields of RTP and RTCP, as they are named in {@link Range}. */
export const RTP_PARTS = [
  "version",
  "marker and type",
  "sequence",
  "timestamp",
  "sender",
  "sources",
  "extension",
  "padding",
  "payload",
  "report head",
  "wall clock",
  "sender counts",
  "report block",
  "description",
  "leaving",
  "application data",
  "unreadable",
] as const;

export type RtpPart = (typeof RTP_PARTS)[number];

export type VideoDatagrams = "mpegts" | "rtp" | "rtcp";

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [RTCP_TYPES.SR]: "sender report",
  [RTCP_TYPES.RR]: "receiver report",
  [RTCP_TYPES.SDES]: "names",
  [RTCP_TYPES.BYE]: "farewell",
  [RTCP_TYPES.APP]: "application data",
};

/** Of an RTCP packet's type. */
export function rtcpTypeName(type: number): string {
  return TYPE_NAMES[type] ?? `report of type ${type}`;
}

interface Seen {
  readonly kind: string;
  readonly summary: string;
  readonly parts: readonly Range[];
  readonly problem?: string | undefined;
}

class Lane {
  offset = 0;
  /** Sender and sequence number of the last packet. */
  last: { readonly ssrc: number; readonly sequence: number } | undefined;
  readonly packets = new TsLooker();
}

export class VideoDatagramDissector implements Dissector {
  readonly switched = false;
  readonly #what: VideoDatagrams;
  readonly #lanes: Readonly<Record<Direction, Lane>> = { in: new Lane(), out: new Lane() };
  #nextId = 0;

  constructor(what: VideoDatagrams) {
    this.#what = what;
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const lane = this.#lanes[direction];
    const from = lane.offset;
    lane.offset += bytes.length;
    if (bytes.length === 0) return [];
    const { kind, summary, parts, problem } = this.#look(lane, bytes, from);
    const id = this.#nextId++;
    const to = from + bytes.length;
    return [{ id, direction, from, to, kind, summary, parts, ...(problem !== undefined && { problem }) }];
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const lane = this.#lanes[direction];
    lane.offset += octets;
    lane.last = undefined;
    lane.packets.forget();
    return [];
  }

  secured(): void {
    // Datagrams of video are in the clear; SRTP has a name of its own.
  }

  /** A datagram is whole or was never there. */
  end(): readonly Message[] {
    return [];
  }

  #look(lane: Lane, bytes: Uint8Array, at: number): Seen {
    try {
      switch (this.#what) {
        case "mpegts":
          return lookAtPackets(lane, bytes, at);
        case "rtp":
          return lookAtRtp(lane, bytes, at);
        case "rtcp":
          return lookAtRtcp(bytes, at);
      }
    } catch (error) {
      if (!(error instanceof RtpError)) throw error;
      const parts = [{ name: "unreadable", from: at, to: at + bytes.length }];
      return { kind: "unparsed", summary: `${bytes.length} octets`, parts, problem: error.message };
    }
  }
}

function lookAtPackets(lane: Lane, octets: Uint8Array, at: number): Seen {
  const parts: Range[] = [];
  const brings: string[] = [];
  let problem: string | undefined;
  for (let from = 0; from < octets.length; from += TS_PACKET) {
    const seen = lane.packets.look(octets.subarray(from, from + TS_PACKET), at + from);
    parts.push(...seen.parts);
    if (seen.brings !== "") brings.push(seen.brings);
    problem ??= seen.problem;
  }
  const count = Math.ceil(octets.length / TS_PACKET);
  const what = [...new Set(brings)].join(", ");
  const summary = `${count} ${count === 1 ? "packet" : "packets"}${what === "" ? "" : `: ${what}`}`;
  return { kind: "packets", summary, parts, problem };
}

function lookAtRtp(lane: Lane, octets: Uint8Array, at: number): Seen {
  const layout = scanRtp(octets);
  const { sequence, payloadType, timestamp, marker, payload, extension, ssrc } = layout;
  const { last } = lane;
  lane.last = { ssrc, sequence };
  const step = last === undefined || last.ssrc !== ssrc ? 1 : (sequence - last.sequence) & 0xffff;
  const missing = step === 1 ? undefined : sequenceProblem(step);
  const content = octets.subarray(payload.from, payload.to);
  const inner =
    payloadType === RTP_MP2T && content.length > 0
      ? lookAtPackets(lane, content, at + payload.from)
      : {
          summary: `payload type ${payloadType}`,
          parts: [{ name: "payload", from: at + payload.from, to: at + payload.to }],
          problem: undefined,
        };
  const parts = [
    ...headParts(layout, at),
    { name: "extension", from: at + extension.from, to: at + extension.to },
    ...inner.parts,
    { name: "padding", from: at + payload.to, to: at + octets.length },
  ].filter(({ from, to }) => to > from);
  const summary = `${sequence} at ${timestamp}${marker ? ", marked" : ""} · ${inner.summary}`;
  return { kind: "rtp", summary, parts, problem: missing ?? inner.problem };
}

function headParts({ sources }: RtpLayout, at: number): Range[] {
  return [
    { name: "version", from: at, to: at + 1 },
    { name: "marker and type", from: at + 1, to: at + 2 },
    { name: "sequence", from: at + 2, to: at + 4 },
    { name: "timestamp", from: at + 4, to: at + 8 },
    { name: "sender", from: at + 8, to: at + 12 },
    { name: "sources", from: at + 12, to: at + 12 + 4 * sources },
  ];
}

function sequenceProblem(step: number): string {
  if (step === 0) return "it came twice";
  return step < 0x8000 ? `${step - 1} before it did not come` : "it comes late: others were sent behind it";
}

function lookAtRtcp(octets: Uint8Array, at: number): Seen {
  const packets = scanRtcp(octets);
  const names = packets.map(({ type }) => rtcpTypeName(type));
  const parts = packets.flatMap((packet) => reportParts(packet)).filter(({ from, to }) => to > from);
  return {
    kind: names[0] ?? "unparsed",
    summary: names.join(", "),
    parts: parts.map(({ name, from, to }) => ({ name, from: at + from, to: at + to })),
    // RFC 3550 §6.1: the first is a report, even an empty one.
    problem:
      packets[0]?.type === RTCP_TYPES.SR || packets[0]?.type === RTCP_TYPES.RR
        ? undefined
        : "the first of a datagram must be a report",
  };
}

/** RFC 3550 §6.4 to §6.7. Fields that are missing leave their octets to the last one that is there. */
function reportParts({ type, from, to, padding }: RtcpLayout): Range[] {
  const end = to - padding;
  const upTo = (octets: number): number => Math.min(end, from + octets);
  const head = { name: "report head", from, to: upTo(4) };
  const tail = { name: "padding", from: end, to };
  const sender = { name: "sender", from: upTo(4), to: upTo(8) };
  switch (type) {
    case RTCP_TYPES.SR:
      return [
        head,
        sender,
        { name: "wall clock", from: upTo(8), to: upTo(16) },
        { name: "timestamp", from: upTo(16), to: upTo(20) },
        { name: "sender counts", from: upTo(20), to: upTo(28) },
        { name: "report block", from: upTo(28), to: end },
        tail,
      ];
    case RTCP_TYPES.RR:
      return [head, sender, { name: "report block", from: upTo(8), to: end }, tail];
    case RTCP_TYPES.SDES:
      return [head, { name: "description", from: upTo(4), to: end }, tail];
    case RTCP_TYPES.BYE:
      return [head, { name: "leaving", from: upTo(4), to: end }, tail];
    default:
      return [head, { name: "application data", from: upTo(4), to: end }, tail];
  }
}
