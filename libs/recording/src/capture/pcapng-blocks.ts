/**
 * The blocks of a pcapng file, as far as one section with one interface needs them
 * (draft-ietf-opsawg-pcapng: section header, interface description, enhanced packet).
 */
import { encodeUtf8 } from "@socketscope/wire";
import { microsecondsOf } from "./capture-time.ts";

export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  secrets: 10,
} as const;

/** IPv4 or IPv6 begins at the first octet. */
export const LINKTYPE_RAW = 101;
/** "TLSK": a key log of TLS. */
export const TLS_KEY_LOG = 0x544c534b;
export const BYTE_ORDER = 0x1a2b3c4d;

const OPTION = { comment: 1, name: 2, userApplication: 4, resolution: 9 } as const;

/** Characters of one comment: an option's length has 16 bits, and a letter may be four octets. */
const MAX_COMMENT = 8000;

type Option = readonly [code: number, value: Uint8Array];

export function sectionBlock(application: string, comment: string): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER, true);
  view.setUint16(4, 1, true);
  // The section's length is not said: it may be written as it happens.
  view.setBigInt64(8, -1n, true);
  return block(BLOCK.section, body, [
    [OPTION.comment, text(comment)],
    [OPTION.userApplication, text(application)],
  ]);
}

/** Times in it are microseconds. */
export function interfaceBlock(name: string, comment: string): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setUint16(0, LINKTYPE_RAW, true);
  return block(BLOCK.interface, body, [
    [OPTION.comment, text(comment)],
    [OPTION.name, text(name)],
    [OPTION.resolution, Uint8Array.of(6)],
  ]);
}

/** `at`: milliseconds since 1970. */
export function packetBlock(at: number, packet: Uint8Array, comment: string): Uint8Array {
  const body = new Uint8Array(20 + padded(packet.length));
  const view = new DataView(body.buffer);
  const microseconds = BigInt(microsecondsOf(at));
  view.setUint32(4, Number(microseconds >> 32n), true);
  view.setUint32(8, Number(microseconds & 0xffff_ffffn), true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  body.set(packet, 20);
  return block(BLOCK.enhancedPacket, body, comment === "" ? [] : [[OPTION.comment, text(comment)]]);
}

/** RFC 9850 §2 lines. They open what follows them in the file, never what stands before. */
export function secretsBlock(lines: readonly string[]): Uint8Array {
  const log = encodeUtf8(lines.map((line) => `${line}\n`).join(""));
  const body = new Uint8Array(8 + padded(log.length));
  const view = new DataView(body.buffer);
  view.setUint32(0, TLS_KEY_LOG, true);
  view.setUint32(4, log.length, true);
  body.set(log, 8);
  return block(BLOCK.secrets, body, []);
}

function text(value: string): Uint8Array {
  return encodeUtf8(value.length > MAX_COMMENT ? `${value.slice(0, MAX_COMMENT - 1)}…` : value);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function block(type: number, body: Uint8Array, options: readonly Option[]): Uint8Array {
  const room = options.reduce((all, [, value]) => all + 4 + padded(value.length), options.length > 0 ? 4 : 0);
  const whole = new Uint8Array(12 + body.length + room);
  const view = new DataView(whole.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, whole.length, true);
  whole.set(body, 8);
  let at = 8 + body.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    whole.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(whole.length - 4, whole.length, true);
  return whole;
}
