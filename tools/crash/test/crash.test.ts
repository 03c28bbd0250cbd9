/** A short run of each crash; the long ones are made by hand: `npm run crash -- --crash power --rounds 50`. */
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Disk } from "../src/disk.ts";
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
      const outcome = await trial({ crash: "kill", senders, nextHop, fsync: true, after: 600 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0 });
      // RFC 5321 §6.1: only what was on the wire, or taken and not yet written down, is sent again; 20 go at once.
      expect(outcome.doubled).toBeLessThanOrEqual(nextHop === "up" ? 40 : 0);
    },
    TIMEOUT,
  );
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
      const outcome = await trial({ crash: "power", senders: 10, nextHop, fsync: true, after: 800 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0 });
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
        fsync: false,
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
