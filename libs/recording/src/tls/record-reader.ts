/** TLS's records, cut out of one direction's octets (RFC 8446 §5.1, RFC 5246 §6.2.1). */
import { ReceiveBuffer } from "@socketscope/wire";

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;

export interface TlsRecord {
  readonly type: number;
  /** Its first five octets: type, version, length. */
  readonly head: Uint8Array;
  readonly fragment: Uint8Array;
}

const HEAD = 5;
// RFC 5246 §6.2.3: 2^14 + 2048; RFC 8446 §5.2 takes 2^14 + 256, which is less
const MAX_FRAGMENT = 2 ** 14 + 2048;

export class RecordReader {
  readonly #buffer = new ReceiveBuffer();

  /** Octets that wait for the rest of their record. */
  get waiting(): number {
    return this.#buffer.length;
  }

  push(octets: Uint8Array): void {
    this.#buffer.push(octets);
  }

  /** The next whole record; undefined: more must come. "foreign": these octets are no record of TLS. */
  next(): TlsRecord | "foreign" | undefined {
    const { octets, at, length } = this.#buffer;
    if (length === 0) return undefined;
    const type = octets[at] ?? 0;
    const size = ((octets[at + 3] ?? 0) << 8) | (octets[at + 4] ?? 0);
    if (type < CONTENT.changeCipherSpec || type > CONTENT.data || (length > 1 && octets[at + 1] !== 3))
      return "foreign";
    if (length < HEAD) return undefined;
    if (size > MAX_FRAGMENT) return "foreign";
    if (length < HEAD + size) return undefined;
    return { type, head: this.#buffer.take(HEAD), fragment: this.#buffer.take(size) };
  }

  /** What waits, as it is. */
  rest(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }
}
