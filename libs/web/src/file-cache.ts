/** A bounded memory of small things by name: octets and entries are limited, the least used go first. */

export interface Cached {
  /** Octets it takes, and may not change while it is kept: {@link FileCache.set} it again after that. */
  readonly octets: number;
}

interface Slot<Entry> {
  readonly entry: Entry;
  readonly octets: number;
  used: boolean;
}

/**
 * Second chance instead of a list ordered by use: a hit sets one flag and moves nothing, and only an eviction
 * pays for the order.
 */
export class FileCache<Entry extends Cached> {
  readonly #slots = new Map<string, Slot<Entry>>();
  readonly #maxOctets: number;
  readonly #maxEntries: number;
  #octets = 0;

  constructor(limits: { readonly octets: number; readonly entries: number }) {
    this.#maxOctets = limits.octets;
    this.#maxEntries = limits.entries;
  }

  /** Octets kept now, names included. */
  get octets(): number {
    return this.#octets;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(name: string): Entry | undefined {
    const slot = this.#slots.get(name);
    if (slot === undefined) return undefined;
    slot.used = true;
    return slot.entry;
  }

  set(name: string, entry: Entry): void {
    this.delete(name);
    const octets = entry.octets + 2 * name.length;
    if (octets > this.#maxOctets || this.#maxEntries < 1) return;
    while (this.#octets + octets > this.#maxOctets || this.#slots.size >= this.#maxEntries) this.#evict();
    this.#slots.set(name, { entry, octets, used: false });
    this.#octets += octets;
  }

  delete(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#slots.delete(name);
    this.#octets -= slot.octets;
  }

  #evict(): void {
    for (const [name, slot] of this.#slots) {
      if (!slot.used) {
        this.delete(name);
        return;
      }
      // A Map goes in order of insertion: to the end with it.
      slot.used = false;
      this.#slots.delete(name);
      this.#slots.set(name, slot);
    }
  }
}
