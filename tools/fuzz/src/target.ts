/** What is fuzzed: one pure core, and what must be true of it whatever comes in. */

/** How the network cuts what it delivers. */
export type Cut = (octets: Uint8Array) => readonly Uint8Array[];

export interface Target {
  /** Also the name of its corpus: `corpus/NAME.ndjson`. */
  readonly name: string;
  /** The scripts whose coverage is counted, built (`dist`) or not (`src`). */
  readonly code: RegExp;
  /** Words of the grammar that random octets would not find in a lifetime. */
  readonly words: readonly string[];
  /** Inputs to begin with, in latin1. */
  readonly seeds: readonly string[];
  /**
   * Feeds `input`, cut as the network pleases, and tells what came out: the story must not depend on the cuts.
   * Throws {@link Finding} when the core broke a promise of its contract, or whatever the core itself threw.
   */
  run(input: Uint8Array, cut: Cut): readonly string[];
}

/** A promise that was broken. `code` is stable: minimising keeps to it. */
export class Finding extends Error {
  override readonly name = "Finding";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
