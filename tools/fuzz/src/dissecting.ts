/** Any dissector as a target: what both sides say in turn, and what its messages promise. */
import type { Direction, Dissector, Message } from "@socketscope/wire";
import { Finding, type Cut } from "./target.ts";

/** In an input it hands the floor to the other side: what stands before it came in, what stands after it goes out. */
export const TURN = "\x1e";
const turn = TURN.charCodeAt(0);

function* turns(input: Uint8Array): Generator<readonly [Direction, Uint8Array]> {
  let direction: Direction = "in";
  let from = 0;
  for (let at = input.indexOf(turn); at >= 0; at = input.indexOf(turn, from)) {
    yield [direction, input.subarray(from, at)];
    direction = direction === "in" ? "out" : "in";
    from = at + 1;
  }
  yield [direction, input.subarray(from)];
}

/** What every message promises (libs/wire/src/dissect.ts): ids count up, ranges follow each other, parts cover them. */
class Checked {
  readonly #story: string[] = [];
  readonly #fed: Record<Direction, number> = { in: 0, out: 0 };
  readonly #told: Record<Direction, number> = { in: 0, out: 0 };
  #lost = false;

  fed(direction: Direction, octets: number): void {
    this.#fed[direction] += octets;
  }

  add(messages: readonly Message[]): void {
    for (const message of messages) this.#check(message);
  }

  /** Once lost, a dissector may go on where a piece begins like a message: then the cuts do matter. */
  get story(): readonly string[] {
    return this.#lost ? ["lost"] : this.#story;
  }

  #check(message: Message): void {
    const { direction, from, to, parts, kind, summary, problem } = message;
    const where = `${kind} ${direction} ${from}–${to}`;
    if (from !== this.#told[direction])
      throw new Finding("RANGE_GAP", `${where} follows ${this.#told[direction]}`);
    if (to < from || to > this.#fed[direction]) throw new Finding("RANGE_BEYOND", where);
    this.#told[direction] = to;
    let at = from;
    for (const part of parts) {
      if (part.from !== at || part.to < at)
        throw new Finding("PARTS_GAP", `${where}: ${part.name} ${part.from}–${part.to}`);
      at = part.to;
    }
    if (at !== to && parts.length > 0) throw new Finding("PARTS_SHORT", `${where}: parts end at ${at}`);
    this.#lost ||= kind === "unparsed";
    this.#story.push(`${where} ${summary} ${problem ?? ""}`);
  }
}

/** The story of what `dissector` told of `input`. */
export function walkDissector(dissector: Dissector, input: Uint8Array, cut: Cut): readonly string[] {
  const checked = new Checked();
  for (const [direction, said] of turns(input)) {
    for (const piece of cut(said)) {
      checked.fed(direction, piece.length);
      checked.add(dissector.feed(direction, piece));
    }
  }
  checked.add(dissector.end("in"));
  checked.add(dissector.end("out"));
  return checked.story;
}
