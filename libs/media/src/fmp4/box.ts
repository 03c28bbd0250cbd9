/** Boxes (ISO/IEC 14496-12 §4.2): size, type, content. */
import { encodeLatin1, LocalError } from "@socketscope/wire";

/** `type`: four characters. */
export function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(8);
  const size = content.reduce((sum, { length }) => sum + length, head.length);
  if (type.length !== 4 || size > 0xffff_ffff) throw new LocalError("MEDIA_BOX", `a box ${type} of ${size}`);
  new DataView(head.buffer).setUint32(0, size);
  head.set(encodeLatin1(type), 4);
  return joined([head, ...content]);
}

/** A box that has a version and 24 flags (ISO/IEC 14496-12 §4.2). */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: readonly Uint8Array[]
): Uint8Array {
  return box(type, u32(version * 0x100_0000 + flags), ...content);
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export function u8(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]));
}

export function u32(...values: readonly number[]): Uint8Array {
  const octets = new Uint8Array(4 * values.length);
  const view = new DataView(octets.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return octets;
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}
