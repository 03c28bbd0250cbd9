/**
 * RFC 6455 §5.2: the frame, read and written side by side. `scanFrameHead` returns offsets and judges nothing:
 * the core refuses by them, the dissector shows them as ranges. No extension is spoken, so the RSV bits mean nothing.
 */

export type Opcode = "continuation" | "text" | "binary" | "close" | "ping" | "pong";

/** RFC 6455 §5.2, §11.8: what is not in here is reserved. */
export const OPCODES: Readonly<Record<Opcode, number>> = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
};

const NAMES = new Map<number, Opcode>();
for (const [name, value] of entriesOf(OPCODES)) NAMES.set(value, name);

/** The opcode's name, undefined for a reserved one. */
export function opcodeName(value: number): Opcode | undefined {
  return NAMES.get(value);
}

/** Octets of a frame before its payload at most: 2, 8 of length, 4 of masking key. */
export const MAX_FRAME_HEAD = 14;

/** RFC 6455 §5.5: all control frames have a payload of 125 octets or less. */
export const MAX_CONTROL_PAYLOAD = 125;

export interface FrameHead {
  readonly fin: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  /** 0 to 15. */
  readonly opcode: number;
  readonly masked: boolean;
  /** Octets of payload; above 2^53 it is only near the truth. */
  readonly length: number;
  /** The length was said in the fewest octets that can say it. */
  readonly minimal: boolean;
  /** The 64-bit length has its top bit set. */
  readonly topBit: boolean;
  /** Offsets into the scanned octets: the first length octet is the one that also holds MASK. */
  readonly lengthAt: number;
  readonly keyAt: number;
  readonly payloadAt: number;
}

/** RFC 6455 §5.5: control frames have the top bit of the opcode set. */
export function isControl(opcode: number): boolean {
  return (opcode & 0x8) !== 0;
}

/**
 * ```
 * |F|R|R|R| opcode|M| length (7)  | length again (16 if 126, 64 if 127) | key (32 if MASK) | payload …
 * ```
 * Undefined while the head is not whole.
 */
export function scanFrameHead(octets: Uint8Array, from: number): FrameHead | undefined {
  const first = octets[from];
  const second = octets[from + 1];
  if (first === undefined || second === undefined) return undefined;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const keyAt = from + 2 + extended;
  const payloadAt = keyAt + (masked ? 4 : 0);
  if (octets.length < payloadAt) return undefined;
  let length = extended === 0 ? short : 0;
  for (let i = from + 2; i < keyAt; i++) length = length * 256 + (octets[i] ?? 0);
  return {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 0x7,
    opcode: first & 0xf,
    masked,
    length,
    minimal: length >= (extended === 0 ? 0 : extended === 2 ? 126 : 65_536),
    topBit: extended === 8 && ((octets[from + 2] ?? 0) & 0x80) !== 0,
    lengthAt: from + 1,
    keyAt,
    payloadAt,
  };
}

/** The pieces of one frame. With `key` (4 octets) the payload is copied and masked, without it is sent as it is. */
export function formatFrame(
  opcode: Opcode,
  fin: boolean,
  payload: Uint8Array,
  key?: Uint8Array,
): readonly Uint8Array[] {
  const extended = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const headLength = 2 + extended + (key === undefined ? 0 : 4);
  // One piece where a copy is made anyway or costs next to nothing; a long payload stays where it is.
  const together = key !== undefined || payload.length <= 1024;
  const octets = new Uint8Array(headLength + (together ? payload.length : 0));
  octets[0] = (fin ? 0x80 : 0) | OPCODES[opcode];
  octets[1] = (key === undefined ? 0 : 0x80) | (extended === 0 ? payload.length : extended === 2 ? 126 : 127);
  let rest = payload.length;
  for (let i = 1 + extended; i > 1; i--) {
    octets[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  if (key !== undefined) {
    octets.set(key.subarray(0, 4), 2 + extended);
    octets.set(applyMask(payload, key, 0), headLength);
    return [octets];
  }
  if (!together) return [octets, payload];
  octets.set(payload, headLength);
  return [octets];
}

/**
 * RFC 6455 §5.3: octet i of the payload XOR octet i mod 4 of the key; doing it twice undoes it. `position` is
 * where `octets` begin in the payload. A copy is returned: a recording may still hold the octets as they came.
 */
export function applyMask(octets: Uint8Array, key: Uint8Array, position: number): Uint8Array {
  const result = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) result[i] = (octets[i] ?? 0) ^ (key[(position + i) & 3] ?? 0);
  return result;
}

function entriesOf(table: Readonly<Record<Opcode, number>>): readonly (readonly [Opcode, number])[] {
  return [
    ["continuation", table.continuation],
    ["text", table.text],
    ["binary", table.binary],
    ["close", table.close],
    ["ping", table.ping],
    ["pong", table.pong],
  ];
}
