/** One direction of a flow as a dissector holds it: the octets not yet understood, and where they stand in the stream. */

const NOTHING: Uint8Array = new Uint8Array(0);

export class OctetLane {
  #octets = NOTHING;
  #offset: number;

  /** `offset`: octets of this direction that came before the first push. */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  /** The octets held; index 0 stands at {@link offset}. Valid until the next push. */
  get octets(): Uint8Array {
    return this.#octets;
  }

  /** Octet offset in the stream of the first octet held, or of the next that comes. */
  get offset(): number {
    return this.#offset;
  }

  /** Takes `octets` without a copy where nothing is held; the caller does not change them afterwards. */
  push(octets: Uint8Array): void {
    if (this.#octets.length === 0) {
      this.#octets = octets;
      return;
    }
    const joined = new Uint8Array(this.#octets.length + octets.length);
    joined.set(this.#octets, 0);
    joined.set(octets, this.#octets.length);
    this.#octets = joined;
  }

  /** Lets go of `count` octets held, or all; returns them. */
  take(count: number): Uint8Array {
    const taken = this.#octets.subarray(0, count);
    this.#octets = taken.length === this.#octets.length ? NOTHING : this.#octets.subarray(taken.length);
    this.#offset += taken.length;
    return taken;
  }

  /** Moves on over octets that were not recorded. Only while nothing is held. */
  skip(count: number): void {
    this.#offset += count;
  }

  /** Lets go of the memory behind a view: what is held is copied once if it is the small rest of a large chunk. */
  settle(): void {
    if (this.#octets.length > 0 && this.#octets.buffer.byteLength > 4 * this.#octets.length) {
      this.#octets = this.#octets.slice();
    }
  }
}
