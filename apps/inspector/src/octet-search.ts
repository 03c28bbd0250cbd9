/**
 * One byte search, as page and terminal hold it. They have no octets, so the server looks through what it keeps, some
 * messages at a time: what was not looked at yet is neither found nor missing.
 */
import type { MessageView, SearchView } from "./views.ts";

export class OctetSearch {
  readonly #hex: string;
  readonly #found = new Set<number>();
  /** Messages before this place in the order were looked at. */
  #to: number;
  #end = 0;
  #unkept = 0;
  #runs = false;
  #again = false;
  #answered = false;

  /** `hex`: what is looked for, in hex digits. `from`: the place in the order to begin with. */
  constructor(hex: string, from = 0) {
    this.#hex = hex;
    this.#to = from;
  }

  /** Places looked at, of those there are; undefined once all was looked at. */
  get progress(): { readonly to: number; readonly end: number } | undefined {
    return !this.#answered || this.#to < this.#end ? { to: this.#to, end: this.#end } : undefined;
  }

  /** Messages that could not be looked at whole: their octets are no longer kept. */
  get unkept(): number {
    return this.#unkept;
  }

  /** True, false, or undefined: not looked at yet. */
  holds({ order }: MessageView): boolean | undefined {
    return order < this.#to ? this.#found.has(order) : undefined;
  }

  /** Looks on, also when called while it does so, until all there is was looked at, or nobody wants it any more. `looked`: after each step. */
  async lookOn(
    ask: (path: string) => Promise<SearchView>,
    wanted: () => boolean,
    looked: () => void = () => undefined,
  ): Promise<void> {
    this.#again = true;
    if (this.#runs) return;
    this.#runs = true;
    try {
      do {
        this.#again = false;
        const { found, unkept, to, end } = await ask(`/api/search?hex=${this.#hex}&from=${this.#to}`);
        for (const order of found) this.#found.add(order);
        this.#unkept += unkept;
        this.#to = to;
        this.#end = end;
        this.#answered = true;
        looked();
        // What came while it was asked is looked at as well.
      } while ((this.#again || this.#to < this.#end) && wanted());
    } finally {
      this.#runs = false;
    }
  }
}
