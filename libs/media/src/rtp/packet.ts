/** RTP packets (RFC 3550 §5.1): a header of twelve octets, sources, an extension, payload, padding. */
import { RtpError } from "./error.ts";

/** RFC 3551 §6: MPEG-TS, at 90 kHz. */
export const RTP_MP2T = 33;

const FIXED = 12;

export interface RtpHeader {
  /** RFC 3550 §5.1: what it marks is the payload's own matter; in MPEG-TS a timestamp that does not go on (RFC 2250 §2.1). */
  readonly marker: boolean;
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits; in MPEG-TS when the first octet was to leave, at 90 kHz. */
  readonly timestamp: number;
  /** Who sends. */
  readonly ssrc: number;
}

/** Where the parts of a packet lie; offsets from its beginning. */
export interface RtpLayout extends RtpHeader {
  /** Contributing sources, of four octets each, from octet 12 on. */
  readonly sources: number;
  /** The header extension (§5.3.1), with its own head; empty where there is none. */
  readonly extension: { readonly from: number; readonly to: number };
  readonly payload: { readonly from: number; readonly to: number };
}

/** Throws {@link RtpError}. */
export function scanRtp(octets: Uint8Array): RtpLayout {
  const broken = (why: string): RtpError => new RtpError("RTP_PACKET", why);
  const [first = 0, second = 0] = octets;
  if (octets.length < FIXED) throw broken(`a datagram of ${octets.length} octets`);
  if (first >> 6 !== 2) throw broken(`version ${first >> 6}`);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const sources = first & 15;
  let at = FIXED + 4 * sources;
  const extended = (first & 0x10) !== 0;
  if (at + (extended ? 4 : 0) > octets.length) throw broken("it ends within its header");
  const extension = { from: at, to: extended ? at + 4 + 4 * view.getUint16(at + 2) : at };
  at = extension.to;
  const padding = (first & 0x20) === 0 ? 0 : (octets[octets.length - 1] ?? 0);
  // §5.1: the last octet of padding counts itself.
  if (at + padding > octets.length || ((first & 0x20) !== 0 && padding === 0))
    throw broken("its extension or padding does not fit in");
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    sources,
    extension,
    payload: { from: at, to: octets.length - padding },
  };
}

/** Without sources, extension and padding. Numbers are taken modulo what their fields hold. */
export function formatRtp({ marker, payloadType, sequence, timestamp, ssrc }: RtpHeader): Uint8Array {
  const header = new Uint8Array(FIXED);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, (marker ? 0x80 : 0) | payloadType);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp % 2 ** 32);
  view.setUint32(8, ssrc);
  return header;
}
