/**
 * Text that ends in a line of one dot (RFC 5321 §4.5.2, RFC 1939 §3), taken as it comes: views, no copy of the message.
 * Only CR LF ends a line. `LF . LF`, `LF . CR LF` and their like end nothing: that is what lets a message be smuggled
 * through two servers that differ on it.
 */
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { TextScan } from "./text-scan.ts";

const CR = 13;
const LF = 10;
const DOT = 46;

export class DotReader {
  /** What is found in the text, dots taken off. The command before it ended in CR LF: it begins at a line's start. */
  readonly text: TextScan;

  constructor(text = new TextScan()) {
    this.text = text;
  }

  /** The next piece of the text, dots taken off, its last CR LF included · "end" · undefined: more is needed. */
  next(buffer: ReceiveBuffer): Uint8Array | "end" | undefined {
    if (buffer.length === 0) return undefined;
    if (this.text.atStart && buffer.octets[buffer.at] === DOT) {
      const ends = this.#isLast(buffer);
      if (ends === undefined) return undefined;
      if (ends) {
        buffer.skip(3);
        return "end";
      }
      // RFC 5321 §4.5.2: the first of a line's characters is a dot and there are others: it is taken off.
      buffer.skip(1);
    }
    return buffer.take(this.text.feed(buffer.octets, buffer.at, buffer.end) - buffer.at);
  }

  /** `. CR LF`? Undefined when that is not to be told yet. */
  #isLast({ octets, at, length }: ReceiveBuffer): boolean | undefined {
    if (length < 2) return undefined;
    if (octets[at + 1] !== CR) return false;
    return length < 3 ? undefined : octets[at + 2] === LF;
  }
}
