/** The field types of SSH (RFC 4251 §5) as SFTP uses them: byte, uint32, uint64, string. One reader for cores and dissector. */
import {
  cut,
  decodeLatin1,
  decodeName,
  decodeUtf8,
  encodeName,
  encodeUtf8,
  LocalError,
} from "@socketscope/wire";

/** Why a packet could not be read: it ends within a field · has attributes nobody knows · counts beyond 2^53. */
export type FieldFault = "short" | "attributes" | "number";

/** Told of each field read, for who shows where it stands: index of its first octet and behind its last. */
export type Mark = (name: string, from: number, to: number) => void;

const NOTHING = new Uint8Array(0);

/** Reads on after a fault (zeros, nothing), so that a parser asks once, at its end. */
export class FieldReader {
  readonly #octets: Uint8Array;
  readonly #mark: Mark | undefined;
  #at: number;
  #fault: FieldFault | undefined;

  constructor(octets: Uint8Array, at: number, mark?: Mark) {
    this.#octets = octets;
    this.#at = at;
    this.#mark = mark;
  }

  get fault(): FieldFault | undefined {
    return this.#fault;
  }

  /** Octets not read yet. */
  get left(): number {
    return this.#octets.length - this.#at;
  }

  fail(fault: FieldFault): void {
    this.#fault ??= fault;
  }

  /** What is wrong with the packet, now that all its fields were asked for; "long": it goes on behind the last. */
  end(): FieldFault | "long" | undefined {
    return this.#fault ?? (this.left > 0 ? "long" : undefined);
  }

  u8(name: string): number {
    const from = this.#take(1);
    if (from < 0) return 0;
    this.#mark?.(name, from, this.#at);
    return this.#octets[from] ?? 0;
  }

  u32(name: string): number {
    const from = this.#take(4);
    if (from < 0) return 0;
    this.#mark?.(name, from, this.#at);
    return this.#number(from);
  }

  /** What does not fit a number exactly is a fault. */
  u64(name: string): number {
    const from = this.#take(8);
    if (from < 0) return 0;
    this.#mark?.(name, from, this.#at);
    const number = this.#number(from) * 0x1_0000_0000 + this.#number(from + 4);
    if (!Number.isSafeInteger(number)) {
      this.fail("number");
      return 0;
    }
    return number;
  }

  /** For identifiers, which use all their bits. */
  big(name: string): bigint {
    const from = this.#take(8);
    if (from < 0) return 0n;
    this.#mark?.(name, from, this.#at);
    return (BigInt(this.#number(from)) << 32n) | BigInt(this.#number(from + 4));
  }

  /** A string's octets, a view. */
  octets(name: string): Uint8Array {
    const from = this.#take(4);
    if (from < 0) return NOTHING;
    const length = this.#number(from);
    const start = this.#take(length);
    if (start < 0) return NOTHING;
    this.#mark?.(name, from, this.#at);
    return this.#octets.subarray(start, this.#at);
  }

  /** All that is left, without a length. */
  rest(name: string): Uint8Array {
    if (this.#fault === "short") return NOTHING;
    const from = this.#at;
    this.#at = this.#octets.length;
    if (this.#at > from) this.#mark?.(name, from, this.#at);
    return this.#octets.subarray(from);
  }

  /** A path, or a word that others may have written in any encoding. */
  name(name: string): string {
    return decodeName(this.octets(name));
  }

  /** A handle: octets that mean nothing to the client. */
  latin1(name: string): string {
    return decodeLatin1(this.octets(name));
  }

  /** Text for people: UTF-8 where it is, else octet by octet. */
  text(name: string): string {
    const octets = this.octets(name);
    return decodeUtf8(octets) ?? decodeLatin1(octets);
  }

  #number(at: number): number {
    const octets = this.#octets;
    return (
      (octets[at] ?? 0) * 0x100_0000 +
      (((octets[at + 1] ?? 0) << 16) | ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0))
    );
  }

  #take(count: number): number {
    const from = this.#at;
    if (this.#fault === "short" || count > this.#octets.length - from) {
      this.#fault = "short";
      return -1;
    }
    this.#at = from + count;
    return from;
  }
}

/** Composes one packet; what is not copied into it (file content) follows as a piece of its own. */
export class FieldWriter {
  #octets = new Uint8Array(256);
  #at = 0;

  /** uint32 length, byte type; the length is set by {@link take}. */
  begin(type: number): void {
    this.#at = 4;
    this.u8(type);
  }

  u8(value: number): void {
    this.#room(1);
    this.#octets[this.#at++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.#set(this.#at, value);
    this.#at += 4;
  }

  u64(value: number): void {
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  big(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffff_ffffn));
    this.u32(Number(value & 0xffff_ffffn));
  }

  octets(octets: Uint8Array): void {
    this.u32(octets.length);
    this.rest(octets);
  }

  rest(octets: Uint8Array): void {
    this.#room(octets.length);
    this.#octets.set(octets, this.#at);
    this.#at += octets.length;
  }

  /** Throws LocalError for a surrogate that stands for no octet. */
  name(name: string): void {
    const octets = encodeName(name);
    if (octets === undefined) throw new LocalError("SFTP_NAME", "a name has no octets");
    this.octets(octets);
  }

  /** Text for people. */
  text(text: string): void {
    this.octets(encodeName(text) ?? encodeUtf8(text));
  }

  latin1(text: string): void {
    this.#room(4 + text.length);
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.#octets[this.#at++] = text.charCodeAt(i);
  }

  /** The packet, in octets that nobody else will be given; `more` octets of it follow in another piece. */
  take(more = 0): Uint8Array {
    this.#set(0, this.#at - 4 + more);
    const piece = cut(this.#at);
    piece.set(this.#octets.subarray(0, this.#at));
    // One long listing does not keep its room for ever.
    if (this.#octets.length > 65_536) this.#octets = new Uint8Array(256);
    return piece;
  }

  #set(at: number, value: number): void {
    const octets = this.#octets;
    octets[at] = value >>> 24;
    octets[at + 1] = value >>> 16;
    octets[at + 2] = value >>> 8;
    octets[at + 3] = value;
  }

  #room(count: number): void {
    if (this.#at + count <= this.#octets.length) return;
    const roomier = new Uint8Array(2 * (this.#at + count));
    roomier.set(this.#octets.subarray(0, this.#at));
    this.#octets = roomier;
  }
}
