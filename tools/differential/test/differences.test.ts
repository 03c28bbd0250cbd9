import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { compare, type Compared } from "../src/compare.ts";
import { corpus } from "../src/corpus.ts";
import { goldenOf, nodeMajor, readGolden, tableFile } from "../src/golden.ts";
import { reasons } from "../src/reasons.ts";
import { differencesTable, differs } from "../src/table.ts";

describe("the table of differences", () => {
  const golden = readGolden();

  it("is what the kept outcomes make of it", () => {
    expect(readFileSync(tableFile, "utf8")).toBe(differencesTable(golden));
  });

  it("gives a reason for each difference, and none without one", () => {
    const different = corpus.map(({ name }) => name).filter((name) => differs(golden, name));
    expect(Object.keys(reasons).toSorted()).toEqual(different.toSorted());
    for (const { why, section } of Object.values(reasons)) {
      expect(why).toMatch(/^[A-Z][^|\n]+\.$/);
      expect(section).toMatch(/^RFC 911[02] §\d+(\.\d+)*$/);
    }
  });

  it("holds every case once", () => {
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
    expect(Object.keys(golden.outcomes)).toEqual(corpus.map(({ name }) => name));
  });
});

describe("both engines, run now", () => {
  let compared: readonly Compared[] = [];
  beforeAll(async () => {
    compared = await compare();
  });

  it("hand answers as kept, on every Node", () => {
    const { outcomes } = readGolden();
    expect(compared.map((one) => [one.case.name, one.outcomes.hand])).toEqual(
      Object.entries(outcomes).map(([name, kept]) => [name, kept.hand]),
    );
  });

  it("differ exactly where the table says; a Node of another major version may read otherwise", () => {
    const golden = readGolden();
    const seen = goldenOf(compared);
    if (golden.node === nodeMajor()) expect(seen).toEqual(golden);
    else expect(Object.keys(seen.outcomes)).toEqual(Object.keys(golden.outcomes));
  });

  it("never answer what is hidden in the content of a request they accept", () => {
    const shown = compared.filter(({ outcomes }) => /\binside\b/.test(Object.values(outcomes).join()));
    expect(shown.map((one) => one.case.name)).toEqual(["two pipelined requests"]);
  });
});
