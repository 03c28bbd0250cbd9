/**
 * Text that ends in a line of one dot (RFC 5321 §4.5.2, RFC 1939 §3), taken as it comes: views, no copy of the message.
 * Only CR LF ends a line. `LF . LF`, `LF . CR LF` and their like end nothing: that is what lets a message be smuggled
 * through two servers that differ on it.
 */
import type { ReceiveBuffer } from "./receive-buffer.ts";

const CR = 13;
const LF = 10;
const DOT = 46;

export class DotReader {
  /** The command before it ended in CR LF: we begin at a line's start. */
  #atStart = true;
  #afterCr = false;
  #bare: "bare-cr" | "bare-lf" | undefined;

  /** The first line end that is none, so far: RFC 5321 §2.3.8 forbids CR and LF on their own. */
  get bare(): "bare-cr" | "bare-lf" | undefined {
    return this.#bare;
  }

  /** The next piece of the text, dots taken off, its last CR LF included · "end" · undefined: more is needed. */
  next(buffer: ReceiveBuffer): Uint8Array | "end" | undefined {
    if (buffer.length === 0) return undefined;
    if (this.#atStart && buffer.octets[buffer.at] === DOT) {
      const ends = this.#isLast(buffer);
      if (ends === undefined) return undefined;
      if (ends) {
        buffer.skip(3);
        return "end";
      }
      // RFC 5321 §4.5.2: the first of a line's characters is a dot and there are others: it is taken off.
      buffer.skip(1);
    }
    const piece = buffer.take(this.#pieceLength(buffer));
    this.#note(piece);
    return piece;
  }

  /** `. CR LF`? Undefined when that is not to be told yet. */
  #isLast({ octets, at, length }: ReceiveBuffer): boolean | undefined {
    if (length < 2) return undefined;
    if (octets[at + 1] !== CR) return false;
    return length < 3 ? undefined : octets[at + 2] === LF;
  }

  /** Up to the next line that begins with a dot, or all that is here. */
  #pieceLength({ octets, at, end }: ReceiveBuffer): number {
    const here = octets.subarray(0, end);
    for (let lf = here.indexOf(LF, at); lf >= 0; lf = here.indexOf(LF, lf + 1)) {
      const cr = lf > at ? octets[lf - 1] === CR : this.#afterCr;
      if (cr && octets[lf + 1] === DOT && lf + 1 < end) return lf + 1 - at;
    }
    return end - at;
  }

  /** What the piece ends in, and the first CR or LF that stands alone in it. */
  #note(piece: Uint8Array): void {
    this.#bare ??= this.#firstBare(piece);
    const last = piece.length - 1;
    this.#atStart = piece[last] === LF && (last > 0 ? piece[last - 1] === CR : this.#afterCr);
    this.#afterCr = piece[last] === CR;
  }

  /** By its place: how the octets were cut must not decide what is said of them. */
  #firstBare(piece: Uint8Array): "bare-cr" | "bare-lf" | undefined {
    if (this.#afterCr && piece[0] !== LF) return "bare-cr";
    let lf = piece.indexOf(LF);
    while (lf >= 0 && (lf > 0 ? piece[lf - 1] === CR : this.#afterCr)) lf = piece.indexOf(LF, lf + 1);
    let cr = piece.indexOf(CR);
    while (cr >= 0 && (cr + 1 === piece.length || piece[cr + 1] === LF)) cr = piece.indexOf(CR, cr + 1);
    if (lf < 0) return cr < 0 ? undefined : "bare-cr";
    return cr >= 0 && cr < lf ? "bare-cr" : "bare-lf";
  }
}
