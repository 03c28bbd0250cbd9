/**
 * The octets of one direction of a socket that are still kept. The store decides when the oldest must go; offsets stay
 * what they were.
 */
interface Kept {
  readonly from: number;
  readonly octets: Uint8Array;
}

export class KeptOctets {
  #chunks: Kept[] = [];
  /** Octets said in all: where the next chunk begins. */
  #end = 0;

  get end(): number {
    return this.#end;
  }

  push(octets: Uint8Array): void {
    this.#chunks.push({ from: this.#end, octets });
    this.#end += octets.length;
  }

  /** Octets that were said and not carried. */
  skip(count: number): void {
    this.#end += count;
  }

  /** Lets the oldest chunk go; returns its octets. */
  forgetOldest(): number {
    return this.#chunks.shift()?.octets.length ?? 0;
  }

  /** What is kept of [from, to), and where its first octet stands. Holes end it. */
  read(from: number, to: number): { readonly from: number; readonly octets: Uint8Array } {
    let at = this.#find(from);
    const first = this.#chunks[at];
    if (first === undefined || first.from >= to) return { from, octets: new Uint8Array(0) };
    const begin = Math.max(from, first.from);
    const pieces: Uint8Array[] = [];
    let next = begin;
    for (let chunk: Kept | undefined = first; chunk !== undefined && next < to; chunk = this.#chunks[++at]) {
      if (chunk.from > next) break;
      const piece = chunk.octets.subarray(next - chunk.from, to - chunk.from);
      pieces.push(piece);
      next += piece.length;
    }
    return { from: begin, octets: joined(pieces) };
  }

  /** What is kept of [from, to), piece by piece: between two of them is a hole. */
  *pieces(from: number, to: number): Generator<{ readonly from: number; readonly octets: Uint8Array }> {
    for (let at = from; at < to;) {
      const piece = this.read(at, to);
      if (piece.octets.length === 0) return;
      yield piece;
      at = piece.from + piece.octets.length;
    }
  }

  /** The chunks kept of [from, to), as they came: of UDP, the datagrams. */
  *chunks(from: number, to: number): Generator<Kept> {
    for (let at = this.#find(from); ; at++) {
      const chunk = this.#chunks[at];
      if (chunk === undefined || chunk.from >= to) return;
      yield chunk;
    }
  }

  /** Index of the first chunk that ends behind `offset`. */
  #find(offset: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle];
      if (chunk !== undefined && chunk.from + chunk.octets.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}
