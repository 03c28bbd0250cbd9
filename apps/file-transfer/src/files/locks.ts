/** Files that are written in place: one login at a time, or two would mix. Its own handles are its own affair. */
import type { Stats } from "node:fs";
import { problem } from "./problems.ts";

export interface Lock {
  release(): void;
}

export class Locks {
  readonly #held = new Map<string, { readonly owner: object; count: number }>();

  /** Throws "busy". */
  take({ dev, ino }: Stats, owner: object): Lock {
    const key = `${dev}:${ino}`;
    const held = this.#held.get(key) ?? { owner, count: 0 };
    if (held.owner !== owner) throw problem("busy");
    held.count++;
    this.#held.set(key, held);
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        if (--held.count === 0) this.#held.delete(key);
      },
    };
  }
}
