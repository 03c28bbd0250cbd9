import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bySection, citationsIn, oddForms } from "../src/citation.ts";
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

describe("an index", () => {
  const files = [
    {
      file: "libs/x/src/a.ts",
      text: [
        "/**",
        " * RFC 9112 §6.3: how long it is.",
        " */",
        "// RFC 9112 §7.1: `a|b` in chunks.",
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
      entries.map(({ rfc, section, code, tests }) => [
        rfc,
        section,
        code.map(({ line }) => line),
        tests.length,
      ]),
    ).toEqual([
      ["9112", "6.3", [2, 6], 1],
      ["9112", "7.1", [4], 0],
    ]);
    expect(entries[0]?.code[0]?.says).toBe("how long it is.");
  });

  it("is a table, and says what has no test", () => {
    const page = toMarkdown({ entries, odd: [] });
    expect(page).toContain("2 clauses are cited in the sources; the tests name 1 of them.");
    expect(page).toContain(
      "| [§7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1) | `a\\|b` in chunks. | [src/a.ts:4](libs/x/src/a.ts#L4) | **no test** |",
    );
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
});
