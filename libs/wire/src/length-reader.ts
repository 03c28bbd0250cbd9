/** Messages that begin with their length, big-endian, as binary protocols send them (SFTP: RFC 4251 §5, `uint32`). */
import { LimitError } from "./errors.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";

export interface LengthOptions {
  /** Octets of the length field. */
  readonly width: 1 | 2 | 3 | 4;
  /** Octets of a message, its length field not counted. */
  readonly maxOctets: number;
}

export class LengthReader {
  readonly #options: LengthOptions;

  constructor(options: LengthOptions) {
    this.#options = options;
  }

  /** The next message without its length (a view), or undefined. Throws LimitError "LENGTH_TOO_LARGE" as soon as it is announced. */
  next(buffer: ReceiveBuffer): Uint8Array | undefined {
    const { width, maxOctets } = this.#options;
    if (buffer.length < width) return undefined;
    let length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + (buffer.octets[buffer.at + i] ?? 0);
    if (length > maxOctets)
      throw new LimitError(
        "LENGTH_TOO_LARGE",
        `a message of ${length} octets is announced, ${maxOctets} are taken`,
      );
    if (buffer.length < width + length) return undefined;
    buffer.skip(width);
    return buffer.take(length);
  }
}

/** The length field of `octets`. */
export function lengthField(octets: number, width: 1 | 2 | 3 | 4): Uint8Array {
  const field = new Uint8Array(width);
  for (let i = width - 1, rest = octets; i >= 0; i--, rest = Math.floor(rest / 256)) field[i] = rest & 0xff;
  return field;
}
