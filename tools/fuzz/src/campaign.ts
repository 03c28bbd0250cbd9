/**
 * Coverage-guided fuzzing: change an input that reached something, keep the change when it reaches more. V8's counters
 * are read once for many inputs; only when they show something new is it found out which input it was.
 */
import { Coverage } from "./coverage.ts";
import { octetByOctet, somewhere, whole } from "./cuts.ts";
import { minimise } from "./minimise.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { Finding, type Cut, type Target } from "./target.ts";

export interface Limits {
  /** Executions to stop after. One execution feeds one input in one way. */
  readonly executions: number;
  /** Seconds to stop after. */
  readonly seconds: number;
}

export interface Found {
  /** Minimised. */
  readonly input: Uint8Array;
  readonly code: string;
  readonly error: unknown;
}

export interface Report {
  readonly target: string;
  readonly executions: number;
  readonly seconds: number;
  /** Inputs that each reached something the ones before it did not. */
  readonly corpus: readonly Uint8Array[];
  /** Octets of the code's function bodies that ran, and how many there are. */
  readonly coverage: { readonly reached: number; readonly of: number };
  /** The first finding of each code. */
  readonly found: readonly Found[];
}

/** Inputs between two looks at the counters. */
const BATCH = 128;

export function fuzz(target: Target, begin: readonly Uint8Array[], limits: Limits, seed: number): Report {
  const coverage = new Coverage(target.code);
  const random = new Random(seed);
  const words = target.words.map((word) => Buffer.from(word, "latin1"));
  const corpus: Uint8Array[] = [];
  const found = new Map<string, Found>();
  const started = performance.now();
  let executions = 0;

  const run = (input: Uint8Array): void => {
    const cut = random.below(8) === 0 ? octetByOctet : somewhere(random.below(2 ** 31));
    executions += 2;
    const fault = tryOut(target, input, cut);
    if (fault === undefined || found.has(fault.code)) return;
    const smallest = minimise(input, (smaller) => tryOut(target, smaller, cut)?.code === fault.code);
    found.set(fault.code, { ...(tryOut(target, smallest, cut) ?? fault), input: smallest });
  };
  const keepFresh = (inputs: readonly Uint8Array[]): void => {
    for (const input of inputs) {
      run(input);
      if (coverage.take() > 0) corpus.push(input);
    }
  };

  keepFresh([...begin, ...target.seeds.map((text) => Buffer.from(text, "latin1")), new Uint8Array(0)]);
  const spent = (): number => (performance.now() - started) / 1000;
  while (executions < limits.executions && spent() < limits.seconds) {
    const batch: Uint8Array[] = [];
    for (let i = 0; i < BATCH; i++) {
      const input = mutate(random.of(corpus) ?? new Uint8Array(0), random, { words, corpus });
      batch.push(input);
      run(input);
    }
    // The counters forget what they have told: what was new is looked for once more, input by input.
    if (coverage.seesNew()) keepFresh(batch);
  }
  return {
    target: target.name,
    executions,
    seconds: spent(),
    corpus,
    coverage: coverage.total,
    found: [...found.values()],
  };
}

/** What is wrong with `target` on `input`, fed whole and cut; undefined when nothing is. */
export function tryOut(target: Target, input: Uint8Array, cut: Cut): Omit<Found, "input"> | undefined {
  try {
    const expected = target.run(input, whole);
    const actual = target.run(input, cut);
    if (expected.length === actual.length && expected.every((line, at) => line === actual[at]))
      return undefined;
    const at = expected.findIndex((line, index) => line !== actual[index]);
    return {
      code: "DEPENDS_ON_CUTS",
      error: new Finding(
        "DEPENDS_ON_CUTS",
        `whole: ${JSON.stringify(expected[at])}, cut: ${JSON.stringify(actual[at])}`,
      ),
    };
  } catch (error) {
    return { code: codeOf(error), error };
  }
}

/** Two findings are the same when they have one code, or were thrown from one place. */
function codeOf(error: unknown): string {
  if (error instanceof Finding) return error.code;
  if (!(error instanceof Error)) return String(error);
  const place = /\n\s+at .*?([\w-]+\.[jt]s:\d+)/.exec(error.stack ?? "");
  return `${error.name} at ${place?.[1] ?? "unknown"}`;
}
