/** RTCP (RFC 3550 §6): what sender and receivers tell each other beside the packets. Several make up one datagram. */
import { decodeUtf8, encodeUtf8 } from "@socketscope/wire";
import { joined, u16, u32, u8 } from "../fmp4/box.ts";
import { RtpError } from "./error.ts";
import { formatReportBlock, NTP_1970, readBlocks, type ReportBlock } from "./report-block.ts";

/** RFC 3550 §12.1. */
export const RTCP_TYPES = { SR: 200, RR: 201, SDES: 202, BYE: 203, APP: 204 } as const;

/** RFC 3550 §12.2. */
export const SDES_ITEMS = {
  CNAME: 1,
  NAME: 2,
  EMAIL: 3,
  PHONE: 4,
  LOC: 5,
  TOOL: 6,
  NOTE: 7,
  PRIV: 8,
} as const;

/** What the sender has sent until when (§6.4.1). */
export interface SenderReport {
  readonly ssrc: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same moment on the clock of the packets' timestamps. */
  readonly timestamp: number;
  /** Since it began; modulo 2^32. */
  readonly packets: number;
  readonly octets: number;
}

/** Where the parts of one RTCP packet lie; offsets from the datagram's beginning. */
export interface RtcpLayout {
  readonly type: number;
  /** Reports, chunks or sources that follow. */
  readonly count: number;
  readonly from: number;
  readonly to: number;
  /** Octets at the end that mean nothing (§6.4.1). */
  readonly padding: number;
}

/** The packets of one datagram. Throws {@link RtpError} for what is none (§A.2). */
export function scanRtcp(octets: Uint8Array): RtcpLayout[] {
  const packets: RtcpLayout[] = [];
  for (let at = 0; at < octets.length;) {
    const [first = 0, type = 0, high = 0, low = 0] = octets.subarray(at, at + 4);
    const to = at + 4 + 4 * ((high << 8) | low);
    if (first >> 6 !== 2 || octets.length - at < 4)
      throw new RtpError("RTP_REPORT", "no RTCP packet where one should begin");
    if (to > octets.length) throw new RtpError("RTP_REPORT", "a report that is longer than its datagram");
    const padding = (first & 0x20) === 0 ? 0 : (octets[to - 1] ?? 0);
    if (padding > to - at - 4) throw new RtpError("RTP_REPORT", "a report of padding");
    packets.push({ type, count: first & 31, from: at, to, padding });
    at = to;
  }
  return packets;
}

/** Whether a datagram on a port of both is RTCP: RFC 5761 §4, the types that no payload has. */
export function looksLikeRtcp(octets: Uint8Array): boolean {
  const [first = 0, type = 0] = octets;
  return first >> 6 === 2 && type >= 192 && type <= 223;
}

/** As a receiver has it. */
export interface HeardSenderReport extends SenderReport {
  /** The middle 32 bits of its NTP time: by these it is named in a {@link ReportBlock}. */
  readonly stamp: number;
}

/** The sender report in a datagram; undefined when it has none. Throws {@link RtpError}. */
export function readSenderReport(octets: Uint8Array): HeardSenderReport | undefined {
  const found = scanRtcp(octets).find(({ type }) => type === RTCP_TYPES.SR);
  if (found === undefined) return undefined;
  const { from, to } = found;
  if (to - from < 28) throw new RtpError("RTP_REPORT", "a sender report that is cut short");
  const view = new DataView(octets.buffer, octets.byteOffset + from, to - from);
  return {
    ssrc: view.getUint32(4),
    time: (view.getUint32(8) - NTP_1970) * 1000 + (view.getUint32(12) * 1000) / 2 ** 32,
    stamp: view.getUint32(10),
    timestamp: view.getUint32(16),
    packets: view.getUint32(20),
    octets: view.getUint32(24),
  };
}

/** §6.1: a report comes first, and with it the name by which the sender is known. `cname`: at most 255 octets. */
export function formatSenderReport(report: SenderReport, cname: string): Uint8Array {
  const { ssrc, time, timestamp, packets, octets } = report;
  const seconds = Math.floor(time / 1000);
  const fraction = Math.floor(((time - seconds * 1000) / 1000) * 2 ** 32);
  const words = u32(
    ssrc,
    (seconds + NTP_1970) % 2 ** 32,
    fraction,
    timestamp % 2 ** 32,
    packets % 2 ** 32,
    octets % 2 ** 32,
  );
  return joined([u8(0x80, RTCP_TYPES.SR), u16(6), words, sourceDescription(ssrc, cname)]);
}

/** §6.4.2: what `ssrc` has of others, at most 31 of them, and its name. */
export function formatReceiverReport(
  ssrc: number,
  blocks: readonly ReportBlock[],
  cname: string,
): Uint8Array {
  const said = blocks.map((block) => formatReportBlock(block));
  const head = [u8(0x80 + blocks.length, RTCP_TYPES.RR), u16(1 + 6 * blocks.length), u32(ssrc)];
  return joined([...head, ...said, sourceDescription(ssrc, cname)]);
}

/** What was heard of one sender, and by whom. */
export interface HeardBlock extends ReportBlock {
  readonly from: number;
}

/** What those who report in a datagram have of others: receivers (§6.4.2), and senders that receive (§6.4.1). Throws {@link RtpError}. */
export function readReportBlocks(octets: Uint8Array): HeardBlock[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return scanRtcp(octets).flatMap(({ type, count, from, to, padding }) => {
    if (type !== RTCP_TYPES.RR && type !== RTCP_TYPES.SR) return [];
    const at = from + (type === RTCP_TYPES.SR ? 28 : 8);
    if (at > to - padding) throw new RtpError("RTP_REPORT", "a report that is cut short");
    const sender = view.getUint32(from + 4);
    return readBlocks(octets.subarray(at, to - padding), count).map((block) => ({ ...block, from: sender }));
  });
}

/** §6.6: who sends or receives leaves; its name goes along, and what it has of others last. */
export function formatBye(ssrc: number, cname: string, blocks: readonly ReportBlock[] = []): Uint8Array {
  // §6.1: also a BYE is preceded by a report, be it one of a receiver that has heard nobody.
  return joined([formatReceiverReport(ssrc, blocks, cname), u8(0x81, RTCP_TYPES.BYE), u16(1), u32(ssrc)]);
}

/** The sources that leave (§6.6). Throws {@link RtpError}. */
export function readByes(octets: Uint8Array): number[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return scanRtcp(octets).flatMap(({ type, count, from, to, padding }) => {
    if (type !== RTCP_TYPES.BYE) return [];
    if (from + 4 + 4 * count > to - padding)
      throw new RtpError("RTP_REPORT", "a farewell of more sources than fit in it");
    return Array.from({ length: count }, (_, i) => view.getUint32(from + 4 + 4 * i));
  });
}

/** §6.5. */
function sourceDescription(ssrc: number, cname: string): Uint8Array {
  const name = encodeUtf8(cname).subarray(0, 255);
  const chunk = joined([u32(ssrc), u8(SDES_ITEMS.CNAME, name.length), name]);
  // A chunk ends with a zero at least, on a border of 32 bits.
  const padded = new Uint8Array(4 * Math.floor(chunk.length / 4 + 1));
  padded.set(chunk);
  return joined([u8(0x81, RTCP_TYPES.SDES), u16(padded.length / 4), padded]);
}

export interface SdesItem {
  readonly ssrc: number;
  readonly type: number;
  readonly text: string;
}

/** What a datagram says of its sources (§6.5). Throws {@link RtpError}. */
export function readSourceDescriptions(octets: Uint8Array): SdesItem[] {
  return scanRtcp(octets).flatMap(({ type, count, from, to, padding }) =>
    type === RTCP_TYPES.SDES ? itemsOf(octets.subarray(from + 4, to - padding), count) : [],
  );
}

/** The types of what a part "description" says, by its octets: those of a packet behind its head. */
export function sdesItemsIn(chunks: Uint8Array): number[] {
  try {
    return itemsOf(chunks, MOST_CHUNKS).map(({ type }) => type);
  } catch (error) {
    if (error instanceof RtpError) return [];
    throw error;
  }
}

/** Five bits count them. */
const MOST_CHUNKS = 31;

function itemsOf(chunks: Uint8Array, count: number): SdesItem[] {
  const view = new DataView(chunks.buffer, chunks.byteOffset, chunks.byteLength);
  const items: SdesItem[] = [];
  let at = 0;
  for (let i = 0; i < count && at + 4 <= chunks.length; i++) {
    const ssrc = view.getUint32(at);
    at += 4;
    for (let item = chunks[at] ?? 0; item !== 0 && at + 1 < chunks.length; item = chunks[at] ?? 0) {
      const end = at + 2 + (chunks[at + 1] ?? 0);
      if (end > chunks.length) throw new RtpError("RTP_REPORT", "a name that is longer than its report");
      items.push({ ssrc, type: item, text: decodeUtf8(chunks.subarray(at + 2, end)) ?? "" });
      at = end;
    }
    // A chunk ends with a zero at least, on a border of 32 bits.
    at = 4 * (Math.floor(at / 4) + 1);
  }
  return items;
}
