/**
 * Reads a capture, pcapng or the older pcap, in either byte order, piece by piece. What it cannot read it names by the
 * octet where it stands.
 */
import { decodeLatin1, decodeUtf8, LimitError } from "@socketscope/wire";
import { RecordError } from "../errors.ts";
import { BLOCK, BYTE_ORDER, TLS_KEY_LOG } from "./pcapng-blocks.ts";

export interface CapturedPacket {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What its first octets are: LINKTYPE_… */
  readonly link: number;
  /** What was kept of it. */
  readonly octets: Uint8Array;
  /** What its comments say; "": none. */
  readonly comment: string;
}

/** Lines of a key log of TLS: they open what follows. */
export interface CapturedKeys {
  readonly keyLog: string;
}

export type Captured = CapturedPacket | CapturedKeys;

export interface CaptureLimits {
  /** Octets of one block or packet. Default 16 MiB. */
  readonly maxBlock: number;
  /** Interfaces of one section. Default 1,000. */
  readonly maxInterfaces: number;
}

export const defaultCaptureLimits: CaptureLimits = { maxBlock: 16 * 1024 * 1024, maxInterfaces: 1000 };

interface Interface {
  readonly link: number;
  /** Ticks of a millisecond. */
  readonly ticks: number;
  /** Milliseconds that are to be added. */
  readonly offset: number;
}

type Form =
  | { readonly type: "unknown" }
  | { readonly type: "pcapng"; little: boolean; interfaces: Interface[]; last: number }
  | { readonly type: "pcap"; readonly little: boolean; readonly link: number; readonly ticks: number };

const PCAP_MICRO = 0xa1b2c3d4;
const PCAP_NANO = 0xa1b23c4d;

/** Whether a file that begins so is a capture. Four octets are enough. */
export function isCapture(octets: Uint8Array): boolean {
  if (octets.length < 4) return false;
  const view = viewOf(octets);
  return view.getUint32(0) === BLOCK.section || pcapOrder(view) !== undefined;
}

function pcapOrder(view: DataView): { readonly little: boolean; readonly ticks: number } | undefined {
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === PCAP_MICRO) return { little, ticks: 1e3 };
    if (magic === PCAP_NANO) return { little, ticks: 1e6 };
  }
  return undefined;
}

export class CaptureReader {
  readonly #limits: CaptureLimits;
  #form: Form = { type: "unknown" };
  #rest: Uint8Array = new Uint8Array(0);
  /** Of the file's octets, where the rest begins. */
  #offset = 0;

  constructor(limits: Partial<CaptureLimits> = {}) {
    this.#limits = { ...defaultCaptureLimits, ...limits };
  }

  /** The packets and keys that are whole now. Throws RecordError, LimitError with the octet. */
  push(octets: Uint8Array): readonly Captured[] {
    this.#rest = this.#rest.length === 0 ? octets : joined(this.#rest, octets);
    const packets: Captured[] = [];
    let at = 0;
    for (;;) {
      const length = this.#next(this.#rest.subarray(at), packets);
      if (length === 0) break;
      at += length;
      this.#offset += length;
    }
    // Copied where little is left: a view would keep the whole piece alive.
    this.#rest = at === 0 ? this.#rest : this.#rest.slice(at);
    return packets;
  }

  /** The octet at which a last block was cut short; undefined where the file is whole. */
  end(): number | undefined {
    if (this.#form.type === "unknown")
      throw this.#error("this is no capture: it is cut short before it begins");
    return this.#rest.length === 0 ? undefined : this.#offset;
  }

  /** Octets that were read; 0: more must come. */
  #next(octets: Uint8Array, packets: Captured[]): number {
    const form = this.#form;
    switch (form.type) {
      case "unknown":
        return this.#begin(octets);
      case "pcap":
        return this.#pcapPacket(octets, form, packets);
      case "pcapng":
        return this.#block(octets, form, packets);
    }
  }

  #begin(octets: Uint8Array): number {
    if (octets.length < 4) return 0;
    const view = viewOf(octets);
    if (view.getUint32(0) === BLOCK.section) {
      this.#form = { type: "pcapng", little: true, interfaces: [], last: 0 };
      return this.#block(octets, this.#form, []);
    }
    const order = pcapOrder(view);
    if (order === undefined) throw this.#error("this is no capture: it begins like neither pcapng nor pcap");
    if (octets.length < 24) return 0;
    // The upper bits say how long a frame check sequence is.
    const link = view.getUint32(20, order.little) & 0xffff;
    this.#form = { type: "pcap", ...order, link };
    return 24;
  }

  #pcapPacket(octets: Uint8Array, form: Extract<Form, { type: "pcap" }>, packets: Captured[]): number {
    if (octets.length < 16) return 0;
    const view = viewOf(octets);
    const kept = view.getUint32(8, form.little);
    this.#bound(kept);
    if (octets.length < 16 + kept) return 0;
    const at = view.getUint32(0, form.little) * 1000 + view.getUint32(4, form.little) / form.ticks;
    packets.push({ at, link: form.link, octets: octets.slice(16, 16 + kept), comment: "" });
    return 16 + kept;
  }

  #block(octets: Uint8Array, form: Extract<Form, { type: "pcapng" }>, packets: Captured[]): number {
    if (octets.length < 12) return 0;
    const view = viewOf(octets);
    if (view.getUint32(0) === BLOCK.section) this.#section(view, form);
    const { little } = form;
    const type = view.getUint32(0, little);
    const length = view.getUint32(4, little);
    if (length < 12 || length % 4 !== 0) throw this.#error(`a block cannot be ${length} octets long`);
    this.#bound(length);
    if (octets.length < length) return 0;
    if (view.getUint32(length - 4, little) !== length)
      throw this.#error("a block's two lengths are not the same");
    const body = octets.subarray(8, length - 4);
    switch (type) {
      case BLOCK.interface:
        this.#interface(body, form);
        break;
      case BLOCK.enhancedPacket:
        this.#long(body, 4);
        this.#packet(body, form, packets, { name: viewOf(body).getUint32(0, little), head: 20 });
        break;
      case BLOCK.packet:
        this.#long(body, 4);
        this.#packet(body, form, packets, { name: viewOf(body).getUint16(0, little), head: 20 });
        break;
      case BLOCK.simplePacket:
        this.#simple(body, form, packets);
        break;
      case BLOCK.secrets:
        this.#secrets(body, form, packets);
        break;
    }
    return length;
  }

  #section(view: DataView, form: Extract<Form, { type: "pcapng" }>): void {
    form.little = view.getUint32(8, true) === BYTE_ORDER;
    if (!form.little && view.getUint32(8) !== BYTE_ORDER) throw this.#error("a section says no byte order");
    form.interfaces = [];
  }

  #interface(body: Uint8Array, form: Extract<Form, { type: "pcapng" }>): void {
    if (body.length < 8) throw this.#error("an interface is cut short");
    if (form.interfaces.length >= this.#limits.maxInterfaces)
      throw new LimitError(
        "CAPTURE_INTERFACES",
        `byte ${this.#offset}: more than ${this.#limits.maxInterfaces} interfaces`,
      );
    const view = viewOf(body);
    let ticks = 1e3;
    let offset = 0;
    for (let at = 8; at + 4 <= body.length;) {
      const code = view.getUint16(at, form.little);
      const size = view.getUint16(at + 2, form.little);
      if (code === 0 || at + 4 + size > body.length) break;
      const value = size === 0 ? 0 : view.getUint8(at + 4);
      // if_tsresol: a power of ten, or of two where the highest bit is set; if_tsoffset: seconds
      if (code === 9 && size >= 1) ticks = (value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value) / 1e3;
      if (code === 14 && size === 8) offset = Number(view.getBigInt64(at + 4, form.little)) * 1000;
      at += 4 + ((size + 3) & ~3);
    }
    form.interfaces.push({ link: view.getUint16(0, form.little), ticks, offset });
  }

  #packet(
    body: Uint8Array,
    form: Extract<Form, { type: "pcapng" }>,
    packets: Captured[],
    { name, head }: { readonly name: number; readonly head: number },
  ): void {
    const from = form.interfaces[name];
    if (from === undefined || body.length < head)
      throw this.#error(from === undefined ? `there is no interface ${name}` : "a packet is cut short");
    const view = viewOf(body);
    const time = view.getUint32(4, form.little) * 2 ** 32 + view.getUint32(8, form.little);
    const kept = view.getUint32(12, form.little);
    if (head + kept > body.length) throw this.#error("a packet is longer than its block");
    form.last = time / from.ticks + from.offset;
    const comment = commentIn(body.subarray(head + ((kept + 3) & ~3)), form.little);
    packets.push({ at: form.last, link: from.link, octets: body.slice(head, head + kept), comment });
  }

  /** Has no time of its own. */
  #simple(body: Uint8Array, form: Extract<Form, { type: "pcapng" }>, packets: Captured[]): void {
    const [first] = form.interfaces;
    if (first === undefined || body.length < 4) throw this.#error("a packet comes before its interface");
    const length = Math.min(viewOf(body).getUint32(0, form.little), body.length - 4);
    packets.push({ at: form.last, link: first.link, octets: body.slice(4, 4 + length), comment: "" });
  }

  /** draft-ietf-opsawg-pcapng §4.7: what kind, how long, then the secrets. Keys of other protocols are passed over. */
  #secrets(body: Uint8Array, form: Extract<Form, { type: "pcapng" }>, packets: Captured[]): void {
    if (body.length < 8) throw this.#error("secrets are cut short");
    const view = viewOf(body);
    const length = view.getUint32(4, form.little);
    if (8 + length > body.length) throw this.#error("secrets are longer than their block");
    if (view.getUint32(0, form.little) === TLS_KEY_LOG)
      packets.push({ keyLog: decodeLatin1(body, 8, 8 + length) });
  }

  #long(body: Uint8Array, least: number): void {
    if (body.length < least) throw this.#error("a packet is cut short");
  }

  #bound(length: number): void {
    if (length > this.#limits.maxBlock)
      throw new LimitError(
        "CAPTURE_BLOCK",
        `byte ${this.#offset}: a block of ${length} octets; ${this.#limits.maxBlock} are taken`,
      );
  }

  #error(why: string): RecordError {
    return new RecordError("CAPTURE_INVALID", `byte ${this.#offset}: ${why}`);
  }
}

/** Of a packet's options the comments (draft-ietf-opsawg-pcapng §3.5); what is no UTF-8 is none. */
function commentIn(options: Uint8Array, little: boolean): string {
  const view = viewOf(options);
  let comment = "";
  for (let at = 0; at + 4 <= options.length;) {
    const code = view.getUint16(at, little);
    const size = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + size > options.length) break;
    if (code === 1) comment += decodeUtf8(options.subarray(at + 4, at + 4 + size)) ?? "";
    at += 4 + ((size + 3) & ~3);
  }
  return comment;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
