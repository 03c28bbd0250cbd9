const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Octets received and not yet consumed. What arrives whole is kept as a view; only what a message left over is
 * joined with the next chunk, in room that doubles, so that octet-by-octet input costs no more than its length.
 */
export class ReceiveBuffer {
  /** The octets stand at `octets[at … end)`. */
  octets = NOTHING;
  at = 0;
  end = 0;
  /** We made `octets` ourselves and may write behind `end`; views given out lie before it. */
  #ours = false;
  #expected = 0;

  get length(): number {
    return this.end - this.at;
  }

  /** The next message has so many octets: room for all of it is made at once, and is not made again as it grows. */
  expect(octets: number): void {
    this.#expected = octets;
  }

  push(chunk: Uint8Array): void {
    if (this.at === this.end) {
      this.octets = chunk;
      this.at = 0;
      this.end = chunk.length;
      this.#ours = false;
      return;
    }
    const length = this.length + chunk.length;
    if (!this.#ours || this.end + chunk.length > this.octets.length) {
      // The chunk that ends a message brings the beginning of the next.
      const wanted = this.#expected > length ? this.#expected + chunk.length : 2 * length;
      const roomier = new Uint8Array(Math.max(wanted, 1024));
      roomier.set(this.octets.subarray(this.at, this.end));
      this.end = this.length;
      this.at = 0;
      this.octets = roomier;
      this.#ours = true;
    }
    this.octets.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** A view of the next `count` octets (fewer when fewer are here), consumed. */
  take(count: number): Uint8Array {
    const taken = this.octets.subarray(this.at, Math.min(this.at + count, this.end));
    this.skip(count);
    return taken;
  }

  skip(count: number): void {
    this.at = Math.min(this.at + count, this.end);
    if (this.at === this.end) this.#letGo();
  }

  /** A connection that idles holds no chunk, however little of it was left. */
  #letGo(): void {
    this.octets = NOTHING;
    this.at = 0;
    this.end = 0;
    this.#ours = false;
  }
}
