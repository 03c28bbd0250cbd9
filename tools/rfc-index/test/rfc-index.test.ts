import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bySection, citationsIn, isPartOf, oddForms } from "../src/citation.ts";
import { toMarkdown } from "../src/markdown.ts";
import { buildIndex, readSources } from "../src/rfc-index.ts";

describe("a citation", () => {
  it.each([
    ["// RFC 9112 §6.3: a length", ["9112 6.3"]],
    ["RFC 9110 §5.5, §5.6 and §7.8; RFC 6455 §4.1.", ["9110 5.5", "9110 5.6", "9110 7.8", "6455 4.1"]],
    ["RFC 9112 §2–§5: heads", ["9112 2–5"]],
    ["RFC 9112 §B.1", ["9112 B.1"]],
    ["RFC 9112 says nothing of it", []],
  ])("%s", (text, found) => {
    expect(citationsIn(text).map(({ rfc, section }) => `${rfc} ${section}`)).toEqual(found);
  });

  it.each(["RFC9112 §6.3", "rfc 9112", "RFC-9112", "RFC 9112 section 6.3", "RFC 9112 § 6.3"])(
    "%s is odd",
    (text) => {
      expect(oddForms(text)).not.toEqual([]);
    },
  );

  it("stands where the table of contents has it", () => {
    expect(["10.1", "B.1", "2.2", "2", "2.10", "2.3.1"].toSorted(bySection)).toEqual([
      "2",
      "2.2",
      "2.3.1",
      "2.10",
      "10.1",
      "B.1",
    ]);
  });
});

describe("what stands under a heading or in a span", () => {
  it.each([
    ["9.3.8", "9.3", true],
    ["9.3", "9.3", false],
    ["9.31", "9.3", false],
    ["9.2.1", "9.3", false],
    ["6", "6–10", true],
    ["10.2.2", "6–10", true],
    ["5.5", "6–10", false],
    ["11.1", "6–10", false],
    ["9.3.4", "9.3.3–9.3.5", true],
  ])("%s is part of %s: %s", (section, cited, expected) => {
    expect(isPartOf(section, cited)).toBe(expected);
  });
});

describe("an index", () => {
  const files = [
    {
      file: "libs/x/src/a.ts",
      text: [
        "/**",
        " * RFC 9112 §6.3: how long it is.",
        " */",
        "// RFC 9112 §7.1: `a|b` in chunks.",
        "// RFC 9110 §2: the heading of 2.5",
        'const not = "RFC 9112 §9.9";',
        "const also = 1; // RFC 9112 §6.3: here too",
      ].join("\n"),
    },
    {
      file: "libs/x/test/a.test.ts",
      text: 'const table = [["§6.3", "a"], ["§6.3", "b"],\n["RFC 9110 §2.5", "c"]];\nit.each(table)("RFC 9112 %s: %s")',
    },
    { file: "libs/x/README.md", text: "RFC 9112 §1: not a source" },
  ];
  const { entries } = buildIndex(files);

  it("finds comments, and the tests that name the same clause", () => {
    expect(
      entries.map(({ rfc, section, code, tests, parts }) => [
        rfc,
        section,
        code.map(({ line }) => line),
        tests.length,
        parts.length,
      ]),
    ).toEqual([
      ["9110", "2", [5], 0, 1],
      ["9112", "6.3", [2, 7], 1, 0],
      ["9112", "7.1", [4], 0, 0],
    ]);
    expect(entries[1]?.code[0]?.says).toBe("how long it is.");
  });

  it("is a table, and says what has no test", () => {
    const page = toMarkdown({ entries, odd: [] });
    expect(page).toContain(
      "3 clauses are cited in the sources; the tests name 1 of them, and parts of 1 more.",
    );
    expect(page).toContain(
      "| [§7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1) | `a\\|b` in chunks. | [src/a.ts:4](libs/x/src/a.ts#L4) | **no test** |",
    );
    expect(page).toContain("| its parts: [test/a.test.ts:2](libs/x/test/a.test.ts#L2) |");
  });
});

describe("this house", () => {
  const index = buildIndex(readSources(fileURLToPath(new URL("../../..", import.meta.url))));

  it("cites in one form", () => {
    expect(index.odd).toEqual([]);
  });

  it("has a test for each clause of RFC 9112 on framing that the code carries out", () => {
    const framing = index.entries.filter(
      ({ rfc, section }) => rfc === "9112" && /^[67](?:\.|$)/.test(section),
    );
    expect(framing.length).toBeGreaterThan(5);
    expect(framing.filter(({ tests }) => tests.length === 0).map(({ section }) => section)).toEqual([]);
  });

  it("has a test for each other clause of RFC 9112, or for its parts", () => {
    const cited = index.entries.filter(({ rfc }) => rfc === "9112");
    expect(cited.length).toBeGreaterThan(20);
    const untested = cited.filter(({ tests, parts }) => tests.length + parts.length === 0);
    expect(untested.map(({ section }) => section)).toEqual([]);
  });
});
