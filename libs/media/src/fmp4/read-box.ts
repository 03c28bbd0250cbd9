/** Boxes as they are read (ISO/IEC 14496-12 §4.2): their fields one after the other, and the boxes in them. */
import { decodeLatin1 } from "@socketscope/wire";
import { MediaError } from "../error.ts";

export interface ReadBox {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Every read throws {@link MediaError} where the box ends before the field does. */
export class BoxReader {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** Up to 2^53. */
  u64(): number {
    return this.u32() * 0x1_0000_0000 + this.u32();
  }

  octets(count: number): Uint8Array {
    const from = this.#take(count);
    return this.#octets.subarray(from, from + count);
  }

  skip(count: number): this {
    this.#take(count);
    return this;
  }

  rest(): Uint8Array {
    return this.octets(this.left);
  }

  /** The boxes that follow, up to the end. */
  boxes(): ReadBox[] {
    const boxes: ReadBox[] = [];
    while (this.left >= 8) {
      const size = this.u32();
      const type = decodeLatin1(this.octets(4));
      // §4.2: 0 is up to the end. A length of 64 bits is not for boxes within others.
      const length = size === 0 ? this.left : size - 8;
      if (length < 0) throw new MediaError("MEDIA_BROKEN", `a box ${printable(type)} of ${size} octets`);
      boxes.push({ type, content: this.octets(length) });
    }
    return boxes;
  }

  #take(count: number): number {
    const from = this.#at;
    if (count > this.left) throw new MediaError("MEDIA_BROKEN", "a box ends within its fields");
    this.#at += count;
    return from;
  }
}

export function boxesIn(octets: Uint8Array): ReadBox[] {
  return new BoxReader(octets).boxes();
}

/** The content of the first box of that name. */
export function find(boxes: readonly ReadBox[], type: string): Uint8Array | undefined {
  return boxes.find((one) => one.type === type)?.content;
}

/** Throws {@link MediaError} when it is not there. */
export function need(boxes: readonly ReadBox[], type: string): Uint8Array {
  const content = find(boxes, type);
  if (content === undefined)
    throw new MediaError("MEDIA_BROKEN", `there is no box ${type} where one must be`);
  return content;
}

/** Of a box that has version and flags in front (§4.2). */
export function fullBoxReader(content: Uint8Array): { version: number; flags: number; fields: BoxReader } {
  const fields = new BoxReader(content);
  const word = fields.u32();
  return { version: Math.floor(word / 0x100_0000), flags: word % 0x100_0000, fields };
}

/** Four characters as a person may see them. */
export function printable(type: string): string {
  return type.replaceAll(/[^\x20-\x7e]/g, "?");
}
