/** A short run of each crash of the file transfer server; long ones: `npm run crash -- --of uploads --crash power`. */
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Disk } from "../src/disk.ts";
import { uploadsTrial } from "../src/uploads-trial.ts";

const TIMEOUT = 120_000;

describe("a file transfer server that is killed", () => {
  it(
    "has every file it answered 226, and none that is half",
    async () => {
      const outcome = await uploadsTrial({ crash: "kill", senders: 10, after: 600 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0 });
    },
    TIMEOUT,
  );
});

function missingDisk(): string | undefined {
  using folder = new TemporaryFolder("disk");
  return Disk.missing(folder.path);
}

// Some sandboxes let nobody mount, whoever they are: there it is skipped, also in CI.
needing(missingDisk(), false).describe("a file transfer server whose power goes", () => {
  it(
    "has every file it answered 226, and none that is half",
    async () => {
      const outcome = await uploadsTrial({ crash: "power", senders: 10, after: 800 });
      expect(outcome.acknowledged).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ lost: 0, torn: 0 });
    },
    TIMEOUT,
  );

  it(
    "would lose files without fsync: the trial can tell",
    async () => {
      const { acknowledged, lost } = await uploadsTrial({
        crash: "power",
        senders: 10,
        control: "no-fsync",
        after: 800,
      });
      expect(acknowledged).toBeGreaterThan(0);
      expect(lost).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
