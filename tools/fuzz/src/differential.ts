/**
 * The same octets to two readers. That one refuses what the other takes is a matter of strictness; that both take it and
 * read different requests is how requests are smuggled (RFC 9112 §11.2): that is a finding.
 */
import { minimiseSlowly } from "./minimise.ts";
import { mutate, type Material } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Reading } from "./readers.ts";

export type Verdict = "same" | "we are stricter" | "we are laxer" | "read differently";

export interface Difference {
  readonly verdict: Exclude<Verdict, "same">;
  /** The smallest found. */
  readonly input: Uint8Array;
  readonly ours: Reading;
  readonly theirs: Reading;
}

export interface DifferentialReport {
  readonly executions: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** One of each verdict. */
  readonly differences: readonly Difference[];
}

export interface Readers {
  readonly ours: (input: Uint8Array) => Reading;
  readonly theirs: (input: Uint8Array) => Promise<Reading>;
}

export function compare(ours: Reading, theirs: Reading): Verdict {
  const both = Math.min(ours.length, theirs.length);
  for (let i = 0; i < both; i++) if (ours[i] !== theirs[i]) return "read differently";
  if (ours.length === theirs.length) return "same";
  return ours.length < theirs.length ? "we are stricter" : "we are laxer";
}

export async function differential(
  { ours, theirs }: Readers,
  material: Material,
  limits: { readonly executions: number; readonly seconds: number },
  seed: number,
): Promise<DifferentialReport> {
  const random = new Random(seed);
  const counts = { same: 0, "we are stricter": 0, "we are laxer": 0, "read differently": 0 };
  const first = new Map<Verdict, Uint8Array>();
  const started = performance.now();
  let executions = 0;
  while (executions < limits.executions && performance.now() - started < limits.seconds * 1000) {
    const input = mutate(random.of(material.corpus) ?? new Uint8Array(0), random, material);
    const verdict = compare(ours(input), await theirs(input));
    executions++;
    counts[verdict]++;
    const known = first.get(verdict);
    if (verdict !== "same" && (known === undefined || input.length < known.length)) first.set(verdict, input);
  }
  const differences: Difference[] = [];
  for (const [verdict, found] of first) {
    if (verdict === "same") continue;
    const isSame = async (smaller: Uint8Array): Promise<boolean> =>
      compare(ours(smaller), await theirs(smaller)) === verdict;
    const input = await minimiseSlowly(found, isSame, 1000);
    differences.push({ verdict, input, ours: ours(input), theirs: await theirs(input) });
  }
  return { executions, counts, differences };
}
