/** What was counted and not carried of one socket, for a recording or a capture: in its place, and once. */
import type { Direction } from "@socketscope/wire";
import type { Kept } from "../store/conversation.ts";
import { DERIVED } from "../store/derived.ts";

interface Gap {
  readonly direction: Direction;
  readonly octets: number;
}

export class Gaps {
  #waiting: readonly (Gap & { readonly to: number })[] = [];

  /** The gaps before this row. One that lies within its message is told by that message's own range. */
  before({ view, gap }: Kept): readonly Gap[] {
    if (gap !== undefined) this.#waiting = [...this.#waiting, gap];
    const { kind, derived, direction, from, to } = view;
    if (this.#waiting.length === 0 || (kind === "event" && derived !== DERIVED.closed)) return [];
    const closes = kind === "event";
    const reached = (gap: Gap & { readonly to: number }, offset: number): boolean =>
      closes || (gap.direction === direction && gap.to <= offset);
    const before = this.#waiting.filter((one) => reached(one, from));
    this.#waiting = this.#waiting.filter((one) => !reached(one, to));
    return before;
  }
}
