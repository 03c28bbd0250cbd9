/**
 * Composes messages octet by octet, one behind the other in one large slab: each leaves as a view of its own. Small
 * parts are written where they belong; strings joined first would be walked through again, at twice the cost.
 */
import { writeLatin1 } from "./ascii.ts";

const SLAB_OCTETS = 64 * 1024;

export class PieceWriter {
  #slab = new Uint8Array(SLAB_OCTETS);
  /** The message stands at `[from … at)`; what is before has been given away. */
  #from = 0;
  #at = 0;

  /** A new message; one that was not taken (its making failed) is forgotten. */
  begin(): void {
    this.#at = this.#from;
  }

  /** Latin1 text: characters above U+00FF must not be in it. */
  text(text: string): void {
    this.#makeRoom(text.length);
    this.#at = writeLatin1(text, this.#slab, this.#at);
  }

  octets(octets: Uint8Array): void {
    this.#makeRoom(octets.length);
    this.#slab.set(octets, this.#at);
    this.#at += octets.length;
  }

  /** What was written since {@link begin}, copied; the message goes on. */
  copy(): Uint8Array {
    return this.#slab.slice(this.#from, this.#at);
  }

  /** What was written since {@link begin}, in octets that nobody else will be given. */
  take(): Uint8Array {
    const piece = this.#slab.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return piece;
  }

  #makeRoom(octets: number): void {
    if (this.#at + octets <= this.#slab.length) return;
    const written = this.#slab.subarray(this.#from, this.#at);
    this.#slab = new Uint8Array(Math.max(SLAB_OCTETS, 2 * (written.length + octets)));
    this.#slab.set(written);
    this.#from = 0;
    this.#at = written.length;
  }
}
