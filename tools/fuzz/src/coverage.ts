/**
 * Which octets of the fuzzed code have run, by V8's own counters: no instrumented build is needed. They count by block
 * only in functions compiled after they began, so they begin with this module and are never stopped.
 */
import { Session, type Profiler } from "node:inspector";

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

export class Coverage {
  readonly #code: RegExp;
  /** By script: 1 where an octet of its text has run. */
  readonly #reached = new Map<string, Uint8Array>();
  /** By script: 1 where an octet belongs to a function's body. */
  readonly #counted = new Map<string, Uint8Array>();

  /** `code`: the addresses of the scripts that count. */
  constructor(code: RegExp) {
    this.#code = code;
    // What ran before this is not ours.
    this.#each(() => undefined);
  }

  /** Adds what ran since the last look; says how many octets of code were new. */
  take(): number {
    return this.#look(true);
  }

  /** Whether anything new ran since the last look; it stays new. */
  seesNew(): boolean {
    return this.#look(false) > 0;
  }

  /** Octets of function bodies that have run, and how many there are. */
  get total(): { readonly reached: number; readonly of: number } {
    let reached = 0;
    let of = 0;
    for (const [url, counted] of this.#counted) {
      const run = this.#reached.get(url);
      for (let at = 0; at < counted.length; at++) {
        if (counted[at] === 1) of++;
        if (counted[at] === 1 && run?.[at] === 1) reached++;
      }
    }
    return { reached, of };
  }

  #look(keep: boolean): number {
    let fresh = 0;
    this.#each((script) => {
      fresh += this.#add(script, keep);
    });
    return fresh;
  }

  #each(visit: (script: Profiler.ScriptCoverage) => void): void {
    // The session is in this process: the answer is there before post returns.
    session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      for (const script of taken.result) if (this.#code.test(script.url)) visit(script);
    });
  }

  #add({ url, functions }: Profiler.ScriptCoverage, keep: boolean): number {
    const end = Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)));
    const reached = mapOf(this.#reached, url, end);
    const counted = mapOf(this.#counted, url, end);
    const now = new Uint8Array(reached.length);
    // Outer functions come before inner ones, and a function's ranges from the outside in: the last word holds.
    for (const { ranges, functionName } of functions) {
      const body = ranges[0];
      if (body === undefined || (functionName === "" && body.startOffset === 0)) continue;
      counted.fill(1, body.startOffset, body.endOffset);
      for (const range of ranges) now.fill(range.count > 0 ? 1 : 0, range.startOffset, range.endOffset);
    }
    let fresh = 0;
    for (let at = 0; at < now.length; at++) {
      if (now[at] === 1 && reached[at] === 0) {
        if (keep) reached[at] = 1;
        fresh++;
      }
    }
    return fresh;
  }
}

/** The map of `url`, with room for `length` octets: V8 tells of more of a script as more of it is compiled. */
function mapOf(maps: Map<string, Uint8Array>, url: string, length: number): Uint8Array {
  const before = maps.get(url);
  if (before !== undefined && before.length >= length) return before;
  const made = new Uint8Array(length);
  if (before !== undefined) made.set(before);
  maps.set(url, made);
  return made;
}
