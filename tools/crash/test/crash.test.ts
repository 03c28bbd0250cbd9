/** A short run of each crash; the long ones are made by hand: `npm run crash -- --crash power --rounds 50`. */
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Disk } from "../src/disk.ts";
import { doublesAmong } from "../src/doubles.ts";
import { fillDisk } from "../src/full.ts";
import { trial } from "../src/trial.ts";

/** Milliseconds: each starts a relay four times. */
const TIMEOUT = 120_000;

describe("a relay that is killed", () => {
  it.each([
    [1, "down"],
    [10, "down"],
    [1, "up"],
    [10, "up"],
  ] as const)(
    "has every letter it answered 250, with %i senders and the next hop %s",
    async (senders, nextHop) => {
      const outcome = await trial({ crash: "kill", senders, nextHop, after: 600 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0, doubles: { other: 0 } });
      // 20 connections to a hop at most, and on each the last letter may have been in flight.
      expect(outcome.doubles.inFlight).toBeLessThanOrEqual(nextHop === "up" ? 20 : 0);
    },
    TIMEOUT,
  );

  it(
    "would send letters again if it did not write down that they have arrived: the trial can tell",
    async () => {
      const control = "no-notes";
      const outcome = await trial({ crash: "kill", senders: 2, nextHop: "up", control, after: 100 });
      expect(outcome).toMatchObject({ lost: 0, torn: 0 });
      expect(outcome.doubles.other).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});

describe("a letter that came twice", () => {
  const before = { id: "a", afterCrash: false, heard: false };
  const after = { id: "a", afterCrash: true, heard: false };
  const heard = { ...before, heard: true };
  it.each([
    ["before and behind the crash, its 250 the last word", [before, after], { inFlight: 1, other: 0 }],
    [
      "behind the crash its connection is used again",
      [before, { ...after, heard: true }],
      { inFlight: 1, other: 0 },
    ],
    ["though the sender went on behind its 250", [heard, after], { inFlight: 0, other: 1 }],
    ["without a crash", [before, { ...before }], { inFlight: 0, other: 1 }],
    ["behind the crash alone", [after, { ...after }], { inFlight: 0, other: 1 }],
    ["and a third time", [before, after, { ...after }], { inFlight: 0, other: 1 }],
    ["only as another letter", [before, { ...after, id: "b" }], { inFlight: 0, other: 0 }],
  ])("is judged: %s", (_what, taken, judged) => {
    expect(doublesAmong(taken)).toEqual(judged);
  });
});

function missingDisk(): string | undefined {
  using folder = new TemporaryFolder("disk");
  return Disk.missing(folder.path);
}

// Some sandboxes let nobody mount, whoever they are: there it is skipped, also in CI.
needing(missingDisk(), false).describe("a relay whose power goes", () => {
  it.each(["down", "up"] as const)(
    "has every letter it answered 250, its next hop being %s",
    async (nextHop) => {
      const outcome = await trial({ crash: "power", senders: 10, nextHop, after: 800 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0, doubles: { other: 0 } });
    },
    TIMEOUT,
  );

  it(
    "would lose letters without fsync: the trial can tell",
    async () => {
      const { acknowledged, lost } = await trial({
        crash: "power",
        senders: 10,
        nextHop: "down",
        control: "no-fsync",
        after: 800,
      });
      expect(acknowledged).toBeGreaterThan(0);
      expect(lost).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});

needing(missingDisk(), false).describe("a relay whose disk is full", () => {
  it(
    "says so, keeps nothing of what it refused, and goes on when there is room",
    async () => {
      const { taken, refusals, ...kept } = await fillDisk();
      expect(taken).toMatchObject({ before: 12, after: 12 });
      expect(taken.full).toBeLessThan(12);
      expect(refusals).toEqual(["452 4.3.1"]);
      expect(kept).toEqual({ lost: 0, halfAccepted: 0, torn: 0 });
    },
    TIMEOUT,
  );
});
