/** Values as RTMP's commands carry them: AMF 0 (Action Message Format, 2006). References and what only Flash has are left out. */
import { decodeLatin1, decodeUtf8, encodeUtf8 } from "@socketscope/wire";
import { RtmpError } from "./errors.ts";
import { RTMP_LIMITS, type RtmpLimits } from "./limits.ts";

export type Amf0Object = { readonly [name: string]: Amf0Value };
export type Amf0Value =
  | number
  | boolean
  | string
  | null
  | undefined
  | Amf0Date
  | Amf0Object
  | readonly Amf0Value[];

/** AMF 0 §2.13. */
export class Amf0Date {
  /** Milliseconds since 1970. */
  readonly time: number;

  constructor(time: number) {
    this.time = time;
  }
}

/** AMF 0 §2.1: what each value begins with. */
export const AMF0_MARKERS = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  "ecma-array": 8,
  "object-end": 9,
  "strict-array": 10,
  date: 11,
  "long-string": 12,
} as const;

const M = AMF0_MARKERS;

/** A value, and where it stands. */
export interface Amf0Found {
  readonly value: Amf0Value;
  readonly from: number;
  readonly to: number;
}

export type Amf0Limits = Pick<RtmpLimits, "values" | "depth">;

/** All values of a message, one after the other. Throws {@link RtmpError}. */
export function readAmf0(octets: Uint8Array, limits: Amf0Limits = RTMP_LIMITS): Amf0Found[] {
  const reader = new Reader(octets, limits);
  const found: Amf0Found[] = [];
  while (reader.at < octets.length) {
    const from = reader.at;
    const value = reader.value(0);
    found.push({ value, from, to: reader.at });
  }
  return found;
}

class Reader {
  at = 0;
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  readonly #limits: Amf0Limits;
  #values = 0;

  constructor(octets: Uint8Array, limits: Amf0Limits) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#limits = limits;
  }

  value(depth: number): Amf0Value {
    if (++this.#values > this.#limits.values || depth > this.#limits.depth)
      throw new RtmpError("RTMP_LIMIT", "more values in a message of AMF 0 than are read");
    const marker = this.#view.getUint8(this.#take(1));
    switch (marker) {
      case M.number:
        return this.#view.getFloat64(this.#take(8));
      case M.boolean:
        return this.#view.getUint8(this.#take(1)) !== 0;
      case M.string:
        return this.#text(this.#view.getUint16(this.#take(2)));
      case M["long-string"]:
        return this.#text(this.#view.getUint32(this.#take(4)));
      case M.null:
        return null;
      case M.undefined:
        return undefined;
      case M.object:
        return this.#object(depth);
      case M["ecma-array"]:
        // §2.10: how many there are is said, and not to be relied on.
        this.#take(4);
        return this.#object(depth);
      case M["strict-array"]:
        return this.#array(depth);
      case M.date: {
        const time = this.#view.getFloat64(this.#take(8));
        this.#take(2);
        return new Amf0Date(time);
      }
      default:
        throw new RtmpError("RTMP_AMF0", `a value of AMF 0 that begins with ${marker}`);
    }
  }

  #object(depth: number): Amf0Object {
    const entries: [string, Amf0Value][] = [];
    for (;;) {
      const name = this.#text(this.#view.getUint16(this.#take(2)));
      if (name === "" && this.#octets[this.at] === M["object-end"]) {
        this.at++;
        // Names such as __proto__ are names like others here.
        return Object.fromEntries(entries);
      }
      entries.push([name, this.value(depth + 1)]);
    }
  }

  #array(depth: number): Amf0Value[] {
    const count = this.#view.getUint32(this.#take(4));
    const values: Amf0Value[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(depth + 1));
    return values;
  }

  #text(length: number): string {
    const from = this.#take(length);
    const octets = this.#octets.subarray(from, from + length);
    return decodeUtf8(octets) ?? decodeLatin1(octets);
  }

  #take(count: number): number {
    const from = this.at;
    if (from + count > this.#octets.length) throw new RtmpError("RTMP_AMF0", "a value of AMF 0 is cut short");
    this.at += count;
    return from;
  }
}

export function writeAmf0(values: readonly Amf0Value[]): Uint8Array {
  const octets: number[] = [];
  for (const value of values) write(octets, value);
  return Uint8Array.from(octets);
}

function write(out: number[], value: Amf0Value): void {
  if (value === undefined) out.push(M.undefined);
  else if (value === null) out.push(M.null);
  else if (typeof value === "number") out.push(M.number, ...double(value));
  else if (typeof value === "boolean") out.push(M.boolean, value ? 1 : 0);
  else if (typeof value === "string") writeText(out, value);
  else if (value instanceof Amf0Date) out.push(M.date, ...double(value.time), 0, 0);
  else if (isList(value)) {
    out.push(M["strict-array"], ...word(value.length));
    for (const one of value) write(out, one);
  } else {
    out.push(M.object);
    for (const [name, one] of Object.entries(value)) {
      const text = encodeUtf8(name);
      out.push(text.length >> 8, text.length & 0xff, ...text);
      write(out, one);
    }
    out.push(0, 0, M["object-end"]);
  }
}

export function isAmf0Object(value: Amf0Value): value is Amf0Object {
  return typeof value === "object" && value !== null && !(value instanceof Amf0Date) && !Array.isArray(value);
}

/** Array.isArray does not narrow what is read-only. */
function isList(value: Amf0Object | readonly Amf0Value[]): value is readonly Amf0Value[] {
  return Array.isArray(value);
}

function writeText(out: number[], value: string): void {
  const text = encodeUtf8(value);
  if (text.length > 0xffff) out.push(M["long-string"], ...word(text.length), ...text);
  else out.push(M.string, text.length >> 8, text.length & 0xff, ...text);
}

function double(value: number): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setFloat64(0, value);
  return octets;
}

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
