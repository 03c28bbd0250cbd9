/**
 * Records on the tap link: a length of four octets, one octet that says which form, then the record. Octets that were
 * said travel as they are, behind their time and flow; everything else is JSON.
 *
 *     uint32 length | 0 | JSON in UTF-8
 *     uint32 length | 1 for in, 2 for out | float64 at | uint32 flow | octets
 *     uint32 length | 3 for in, 4 for out | the same, of the wire below TLS
 */
import { cut, decodeUtf8, encodeUtf8, LimitError } from "@socketscope/wire";
import { RecordError } from "./errors.ts";
import { recordFromJson, recordToJson } from "./json.ts";
import type { BytesRecord, TapRecord, WireRecord } from "./records.ts";

/** Octets before those of a "bytes" record. */
export const BYTES_HEAD = 4 + 1 + 8 + 4;

/** Octets of one record on the link, its length not counted. */
export const MAX_LINK_RECORD = 4 * 1024 * 1024;

/** Octets of the length before each. */
const LENGTH = 4;
/** Octets that are kept ready for a record that comes in pieces: a server's batch, and what stands before it. */
const ROOM = 80 * 1024;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Writes the head of a "bytes" record into `target` at `offset`; its octets follow. */
export function writeBytesHead(
  target: DataView,
  offset: number,
  record: Omit<BytesRecord, "type" | "octets">,
  length: number,
): void {
  target.setUint32(offset, BYTES_HEAD - 4 + length);
  target.setUint8(offset + 4, record.direction === "in" ? 1 : 2);
  target.setFloat64(offset + 5, record.at);
  target.setUint32(offset + 13, record.flow);
}

/** A whole record, ready to be sent. */
export function formatLinkRecord(record: TapRecord): Uint8Array {
  if (record.type === "bytes" || record.type === "wire") {
    const frame = new Uint8Array(BYTES_HEAD + record.octets.length);
    const view = new DataView(frame.buffer);
    writeBytesHead(view, 0, record, record.octets.length);
    if (record.type === "wire") view.setUint8(4, record.direction === "in" ? 3 : 4);
    frame.set(record.octets, BYTES_HEAD);
    return frame;
  }
  const json = encodeUtf8(JSON.stringify(recordToJson(record)));
  const frame = new Uint8Array(5 + json.length);
  new DataView(frame.buffer).setUint32(0, 1 + json.length);
  frame.set(json, 5);
  return frame;
}

/**
 * Reads what is only lent: a record that lies whole in what was pushed is read where it lies, and of the others no more
 * is kept than their beginning. Octets that a record carries are its own.
 */
export class LinkReader {
  #lent = NOTHING;
  #at = 0;
  /** The beginning of a record that is not all here, in room that serves the next one as well. */
  #begun = new Uint8Array(ROOM);
  #filled = 0;

  /** `octets` are lent until `next` has said that there is no more. */
  push(octets: Uint8Array): void {
    this.#lent = octets;
    this.#at = 0;
  }

  /** The next whole record, or undefined. Throws RecordError, LimitError: the link cannot go on. */
  next(): TapRecord | undefined {
    const frame = this.#filled > 0 ? this.#goOn() : this.#begin();
    if (frame === undefined) return undefined;
    const form = frame[0];
    if (form === 0) return recordFromJson(parse(frame.subarray(1)));
    if (form === 1 || form === 2) return octetsOf("bytes", frame, form === 1 ? "in" : "out");
    if (form === 3 || form === 4) return octetsOf("wire", frame, form === 3 ? "in" : "out");
    throw new RecordError("RECORD_INVALID", `no form of record begins with ${form ?? "nothing"}`);
  }

  #begin(): Uint8Array | undefined {
    const here = this.#lent.length - this.#at;
    const whole = here < LENGTH ? LENGTH : LENGTH + lengthAt(this.#lent, this.#at);
    if (here < whole) {
      this.#fill(here);
      return undefined;
    }
    const frame = this.#lent.subarray(this.#at + LENGTH, this.#at + whole);
    this.#at += whole;
    return frame;
  }

  #goOn(): Uint8Array | undefined {
    if (!this.#fill(LENGTH)) return undefined;
    const whole = LENGTH + lengthAt(this.#begun, 0);
    if (!this.#fill(whole)) return undefined;
    const frame = this.#begun.subarray(LENGTH, whole);
    this.#filled = 0;
    // One large record is no reason to keep its room.
    if (this.#begun.length > ROOM) this.#begun = new Uint8Array(ROOM);
    return frame;
  }

  /** Up to `wanted` octets of a record; false: they are not all here. */
  #fill(wanted: number): boolean {
    const missing = Math.max(0, wanted - this.#filled);
    const more = this.#lent.subarray(this.#at, this.#at + missing);
    if (wanted > this.#begun.length) {
      const roomier = new Uint8Array(wanted);
      roomier.set(this.#begun.subarray(0, this.#filled));
      this.#begun = roomier;
    }
    this.#begun.set(more, this.#filled);
    this.#at += more.length;
    this.#filled += more.length;
    return this.#filled >= wanted;
  }
}

function lengthAt(octets: Uint8Array, at: number): number {
  const length = new DataView(octets.buffer, octets.byteOffset + at).getUint32(0);
  if (length <= MAX_LINK_RECORD) return length;
  throw new LimitError(
    "LENGTH_TOO_LARGE",
    `a record of ${length} octets is announced, ${MAX_LINK_RECORD} are taken`,
  );
}

function parse(octets: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(octets) ?? "");
  } catch {
    throw new RecordError("RECORD_INVALID", "a record is no JSON");
  }
}

function octetsOf(
  type: "bytes" | "wire",
  frame: Uint8Array,
  direction: "in" | "out",
): BytesRecord | WireRecord {
  if (frame.length < BYTES_HEAD - 4)
    throw new RecordError("RECORD_INVALID", "a record of octets is cut short");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const octets = cut(frame.length - (BYTES_HEAD - 4));
  octets.set(frame.subarray(BYTES_HEAD - 4));
  return {
    type,
    at: view.getFloat64(1),
    flow: view.getUint32(9),
    direction,
    octets,
  };
}
