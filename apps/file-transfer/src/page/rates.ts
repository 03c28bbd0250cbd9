/** How fast a file moves: over the last second or so where somebody looks that often, else since it began. */
import type { Moving, Session } from "../sessions/sessions.ts";

interface Sample {
  at: number;
  octets: number;
  rate: number;
}

/** Milliseconds between two looks that make a rate. */
const SPAN = 800;

export class Rates {
  readonly #samples = new Map<string, Sample>();

  /** Octets a second of each file that moves, in the order of {@link Session.moving}. `now`: of the monotonic clock. */
  of(sessions: readonly Session[], now: number): ReadonlyMap<Moving, number> {
    const rates = new Map<Moving, number>();
    const seen = new Set<string>();
    for (const { id, moving } of sessions)
      for (const one of moving) {
        const key = `${id} ${one.since} ${one.path}`;
        seen.add(key);
        rates.set(one, this.#rate(key, one, now));
      }
    for (const key of this.#samples.keys()) if (!seen.has(key)) this.#samples.delete(key);
    return rates;
  }

  #rate(key: string, { since, octets }: Moving, now: number): number {
    const sample = this.#samples.get(key);
    if (sample === undefined) {
      const rate = (octets * 1000) / Math.max(1, now - since);
      this.#samples.set(key, { at: now, octets, rate });
      return rate;
    }
    const span = now - sample.at;
    if (span >= SPAN) {
      sample.rate = ((octets - sample.octets) * 1000) / span;
      sample.at = now;
      sample.octets = octets;
    }
    return sample.rate;
  }
}
