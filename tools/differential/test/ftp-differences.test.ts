import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareFtp, ftpDiffers, ftpTable, ftpTableFile, readFtpGolden } from "../src/ftp-compare.ts";
import { ftpCorpus } from "../src/ftp-corpus.ts";
import { ftpReasons } from "../src/ftp-reasons.ts";

describe("the table of the FTP engines' differences", () => {
  const golden = readFtpGolden();

  it("is what the kept outcomes make of it, every case once", () => {
    expect(readFileSync(ftpTableFile, "utf8")).toBe(ftpTable(golden));
    expect(Object.keys(golden)).toEqual(ftpCorpus.map(({ name }) => name));
  });

  it("gives a reason for each difference, and none without one", () => {
    const different = ftpCorpus.map(({ name }) => name).filter((name) => ftpDiffers(golden, name));
    expect(Object.keys(ftpReasons).toSorted()).toEqual(different.toSorted());
    for (const { why, section } of Object.values(ftpReasons)) {
      expect(why).toMatch(/^[A-Z0-9][^|\n]+\.$/);
      expect(section).toMatch(/^RFC \d{3,4} §\d+(\.\d+)*$/);
    }
  });
});

describe("both FTP engines, run now", () => {
  it("answer as kept", async () => {
    expect(await compareFtp()).toEqual(readFtpGolden());
  }, 180_000);

  it("carry out nothing that was said in the clear behind AUTH TLS, where the engine is ours", () => {
    expect(readFtpGolden()["commands behind AUTH TLS in the clear"]?.hand).toContain("a.txt(5)");
  });
});
