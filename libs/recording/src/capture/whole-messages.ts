/** Segments of one message put together again, where the capture says by PSH where each ends. */

/** Octets that wait for their message's end; then they are given as they are. */
const MAX_WAITING = 4 * 1024 * 1024;

export class WholeMessages {
  #pieces: Uint8Array[] = [];
  #octets = 0;

  /** True when too much waits. */
  push(octets: Uint8Array): boolean {
    this.#pieces.push(octets);
    this.#octets += octets.length;
    return this.#octets >= MAX_WAITING;
  }

  /** What waits, as one piece; undefined: nothing does. */
  take(): Uint8Array | undefined {
    if (this.#octets === 0) return undefined;
    const [first] = this.#pieces;
    const whole =
      this.#pieces.length === 1 && first !== undefined ? first : joined(this.#pieces, this.#octets);
    this.#pieces = [];
    this.#octets = 0;
    return whole;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
