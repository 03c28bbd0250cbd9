/** A short run of each crash; the long ones are made by hand: `npm run crash -- --crash power --rounds 50`. */
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Disk } from "../src/disk.ts";
import { trial } from "../src/trial.ts";

describe("a relay that is killed", () => {
  it.each([1, 10])("has every letter it answered 250, with %i senders", async (senders) => {
    const outcome = await trial({ crash: "kill", senders, fsync: true, after: 600 });
    expect(outcome.acknowledged).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ lost: 0, torn: 0 });
  });
});

function missingDisk(): string | undefined {
  using folder = new TemporaryFolder("disk");
  return Disk.missing(folder.path);
}

// Some sandboxes let nobody mount, whoever they are: there it is skipped, also in CI.
needing(missingDisk(), false).describe("a relay whose power goes", () => {
  it("has every letter it answered 250", async () => {
    const outcome = await trial({ crash: "power", senders: 10, fsync: true, after: 800 });
    expect(outcome.acknowledged).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ lost: 0, torn: 0 });
  });

  it("would lose letters without fsync: the trial can tell", async () => {
    const { acknowledged, lost } = await trial({ crash: "power", senders: 10, fsync: false, after: 800 });
    expect(acknowledged).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0);
  });
});
