/** What a tap carries of how much: bounded in the long run, whole at human rates, the quiet beside the loud. */
import { describe, expect, it } from "vitest";
import { FlowPace, TapBudget, tapBudgetOf } from "../src/tap-budget.ts";

const KiB = 1024;

/** Chunks of `length` at `perSecond` for `seconds`: octets carried, and in how many runs without a gap. */
function talk(
  budget: TapBudget,
  { perSecond, seconds, length }: { perSecond: number; seconds: number; length: number },
): { readonly chunks: number; readonly octets: number; readonly runs: number } {
  const pace = new FlowPace();
  let [chunks, octets, runs] = [0, 0, 0];
  let whole = false;
  for (let n = 0; n < perSecond * seconds; n++) {
    const carried = budget.carries(pace, length, n === 0, 1000 + (n * 1000) / perSecond);
    if (carried > 0) chunks += 1;
    octets += carried;
    if (carried === length && !whole) runs += 1;
    whole = carried === length;
  }
  return { chunks, octets, runs };
}

describe("a tap's budget", () => {
  it("carries all that people and their programs say", () => {
    const told = talk(new TapBudget(tapBudgetOf(2000)), { perSecond: 500, seconds: 20, length: 4 * KiB });
    expect(told).toEqual({ chunks: 10_000, octets: 10_000 * 4 * KiB, runs: 1 });
  });

  it("carries so many chunks a second of more, in few pieces", () => {
    const told = talk(new TapBudget(tapBudgetOf(2000)), { perSecond: 40_000, seconds: 10, length: 100 });
    // Three quarters of what is there at once, and ten seconds' worth.
    expect(told.chunks).toBeGreaterThan(20_000);
    expect(told.chunks).toBeLessThan(1000 + 10 * 2000);
    expect(told.runs).toBeLessThan(10 * 4 + 3);
  });

  it("carries so many octets a second of more, in few pieces", () => {
    const told = talk(new TapBudget(tapBudgetOf(2000)), { perSecond: 4000, seconds: 5, length: 256 * KiB });
    expect(told.octets).toBeGreaterThan(20 * KiB * KiB);
    expect(told.octets).toBeLessThan((4 + 5 * 4 + 1) * KiB * KiB);
    expect(told.runs).toBeLessThan(5 * 4 + 3);
  });

  it("carries a twentieth of that a second while the program is busy, and all again when it no longer is", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    budget.busy = true;
    const told = talk(budget, { perSecond: 40_000, seconds: 10, length: 100 });
    expect(told.chunks).toBeGreaterThan(1000);
    expect(told.chunks).toBeLessThan(1000 + 10 * 100);
    budget.busy = false;
    const pace = new FlowPace();
    const whole = Array.from({ length: 750 }, () => budget.carries(pace, 100, true, 20_000));
    expect(whole.every((octets) => octets === 100)).toBe(true);
  });

  it("goes on with few of many flows, from a turn's beginning to the next gap", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    const flows = Array.from({ length: 64 }, () => new FlowPace());
    for (const flow of flows) for (let n = 0; n < 100; n++) flow.isQuiet(1000);
    const were = new Set(flows);
    let again = 0;
    const firsts = new Set<boolean>();
    for (let turn = 0; turn < 40_000; turn++) {
      const flow = flows[(turn >> 1) % flows.length] ?? new FlowPace();
      // A question of each in two reads: only the first of them begins.
      const begins = turn % 2 === 0;
      const carried = budget.carries(flow, 100, begins, 1000 + turn / 40) > 0;
      if (carried && !were.has(flow)) {
        again += 1;
        firsts.add(begins);
      }
      if (carried) were.add(flow);
      else were.delete(flow);
    }
    expect(again).toBeGreaterThanOrEqual(4);
    expect(again).toBeLessThanOrEqual(4 * 5);
    expect([...firsts]).toEqual([true]);
  });

  it("carries a chunk's head where a turn begins and the octets are used up", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    talk(budget, { perSecond: 4000, seconds: 1, length: 256 * KiB });
    const loud = new FlowPace();
    for (let n = 0; n < 100; n++) loud.isQuiet(2000);
    expect(budget.carries(loud, 256 * KiB, false, 2000)).toBe(0);
    expect(budget.carries(loud, 256 * KiB, true, 2000)).toBe(4 * KiB);
    expect(budget.carries(loud, 10, true, 2000)).toBe(10);
  });

  it("carries what is small when the octets are used up, a reply behind a reply, and counts it all the same", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    talk(budget, { perSecond: 4000, seconds: 1, length: 256 * KiB });
    const loud = new FlowPace();
    for (let n = 0; n < 100; n++) loud.isQuiet(2000);
    expect(budget.carries(loud, "226 Done\r\n".length, false, 2000)).toBe(10);
    expect(budget.carries(loud, 512, false, 2000)).toBe(512);
    expect(budget.carries(loud, 513, false, 2000)).toBe(0);
    const carried = Array.from({ length: 2000 }, () => budget.carries(loud, 512, false, 2000));
    // A quarter of the chunks is for the quiet.
    expect(carried.filter((octets) => octets > 0).length).toBeLessThanOrEqual(750);
  });

  it("carries of a flow whose content another tells only what leaves enough for that", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    const [below, within] = [new FlowPace(), new FlowPace()];
    below.toldWithin = true;
    let [ofBelow, ofWithin] = [0, 0];
    // 5 MB at once, in both layers.
    for (let n = 0; n < 160; n++) {
      ofBelow += budget.carries(below, 32 * KiB, false, 1000 + n / 4);
      ofWithin += budget.carries(within, 32 * KiB, false, 1000 + n / 4);
    }
    expect(ofBelow).toBe(1024 * KiB);
    expect(ofWithin).toBeGreaterThan(2000 * KiB);
    // What is small is not told either, or there would be a gap behind each.
    expect(budget.carries(below, 68, true, 1040)).toBe(0);
    expect(budget.carries(below, 68, true, 3000)).toBe(68);
  });

  it("carries what a quiet flow says while a loud one has used up its share", () => {
    const budget = new TapBudget(tapBudgetOf(2000));
    const [loud, quiet] = [new FlowPace(), new FlowPace()];
    let [ofLoud, ofQuiet] = [0, 0];
    for (let ms = 1000; ms < 11_000; ms++) {
      for (let n = 0; n < 40; n++) ofLoud += budget.carries(loud, 100, true, ms) > 0 ? 1 : 0;
      if (ms % 100 === 0) ofQuiet += budget.carries(quiet, 100, true, ms) > 0 ? 1 : 0;
    }
    expect(ofLoud).toBeLessThan(30_000);
    expect(ofQuiet).toBe(100);
  });
});
