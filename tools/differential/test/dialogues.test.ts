import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareDialogues, dialoguesTable, differences, readOutcomes } from "../src/dialogues.ts";
import { ftpDialogues } from "../src/ftp-dialogues.ts";
import { mailDialogues } from "../src/mail-dialogues.ts";

describe.each([
  ["mail", mailDialogues],
  ["FTP", ftpDialogues],
])("dialogues with both %s engines", (_, dialogues) => {
  const golden = readOutcomes(dialogues);

  it("have the table that the kept outcomes make, every case once", () => {
    expect(readFileSync(dialogues.tableFile, "utf8")).toBe(dialoguesTable(dialogues, golden));
    expect(Object.keys(golden)).toEqual(dialogues.cases.map(({ name }) => name));
  });

  it("have a reason for each difference, and none without one", () => {
    expect(Object.keys(dialogues.reasons).toSorted()).toEqual(differences(dialogues, golden).toSorted());
    for (const { why, section } of Object.values(dialogues.reasons)) {
      expect(why).toMatch(/^[A-Z0-9][^|\n]+\.$/);
      expect(section).toMatch(/^RFC \d{3,4} §\d+(\.\d+)*$/);
    }
  });

  it("go now as they were kept", async () => {
    expect(await compareDialogues(dialogues)).toEqual(golden);
  });
});

it("no letter that was hidden in another is kept, where the engine is ours", () => {
  const hidden = Object.entries(readOutcomes(mailDialogues)).filter(([name]) => name.startsWith("smuggling"));
  expect(hidden.length).toBeGreaterThan(0);
  for (const [name, seen] of hidden) expect(seen["hand"], name).toMatch(/, 0 kept$/);
});

it("nothing that was said in the clear behind AUTH TLS is carried out, where the engine is ours", () => {
  expect(readOutcomes(ftpDialogues)["commands behind AUTH TLS in the clear"]?.["hand"]).toContain("a.txt(5)");
});
