import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareMail, mailDiffers, mailTable, mailTableFile, readMailGolden } from "../src/mail-compare.ts";
import { mailCorpus } from "../src/mail-corpus.ts";
import { mailReasons } from "../src/mail-reasons.ts";

describe("the table of the mail engines' differences", () => {
  const golden = readMailGolden();

  it("is what the kept outcomes make of it, every case once", () => {
    expect(readFileSync(mailTableFile, "utf8")).toBe(mailTable(golden));
    expect(Object.keys(golden)).toEqual(mailCorpus.map(({ name }) => name));
  });

  it("gives a reason for each difference, and none without one", () => {
    const different = mailCorpus.map(({ name }) => name).filter((name) => mailDiffers(golden, name));
    expect(Object.keys(mailReasons).toSorted()).toEqual(different.toSorted());
    for (const { why, section } of Object.values(mailReasons)) {
      expect(why).toMatch(/^[A-Z][^|\n]+\.$/);
      expect(section).toMatch(/^RFC \d{4} §\d+(\.\d+)*$/);
    }
  });
});

describe("both mail engines, run now", () => {
  it("answer as kept", async () => {
    expect(await compareMail()).toEqual(readMailGolden());
  });

  it("keep no letter that was hidden in another, where the engine is ours", () => {
    const hidden = Object.entries(readMailGolden()).filter(([name]) => name.startsWith("smuggling"));
    expect(hidden.map(([, { hand }]) => hand.endsWith(", 0 kept"))).toEqual(hidden.map(() => true));
  });
});
