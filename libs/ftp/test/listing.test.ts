/** Lines of listings and facts: what clients read, and what no name can forge. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeText,
  factNames,
  formatFacts,
  formatListLine,
  formatTime,
  parseFacts,
  parseTime,
  type ListedFile,
} from "../src/index.ts";

const now = Date.UTC(2026, 10, 28, 8, 0, 0);
const file: ListedFile = { name: "a b", type: "file", size: 12, modified: now - 60_000, mode: 0o644 };

describe("a line of LIST", () => {
  it.each<[string, Partial<ListedFile>, string]>([
    ["a file", {}, "-rw-r--r--   1 owner    group              12 Nov 28 07:59 a b"],
    [
      "a folder",
      { type: "folder", mode: 0o755, links: 3 },
      "drwxr-xr-x   3 owner    group              12 Nov 28 07:59 a b",
    ],
    [
      "a link",
      { type: "link", mode: 0o777, target: "x\ny" },
      "lrwxrwxrwx   1 owner    group              12 Nov 28 07:59 a b -> x?y",
    ],
    [
      "last year's",
      { modified: Date.UTC(2024, 1, 3) },
      "-rw-r--r--   1 owner    group              12 Feb  3  2024 a b",
    ],
    [
      "tomorrow's",
      { modified: now + 86_400_000 },
      "-rw-r--r--   1 owner    group              12 Nov 29  2026 a b",
    ],
    ["special bits", { mode: 0o7654 }, "-rwSr-sr-T   1 owner    group              12 Nov 28 07:59 a b"],
    [
      "an owner with a blank",
      { owner: "a b\r\n" },
      "-rw-r--r--   1 a_b??    group              12 Nov 28 07:59 a b",
    ],
  ])("of %s", (_, more, line) => {
    expect(formatListLine({ ...file, ...more }, now)).toBe(line);
  });

  it("is one line whatever the name", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.double(),
        (name, target, modified) => {
          expect(formatListLine({ ...file, name, target, modified }, now)).not.toMatch(
            /\p{Cc}|\u2028|\u2029/u,
          );
        },
      ),
    );
  });
});

describe("facts", () => {
  it("are told in their order, those that are selected", () => {
    expect(formatFacts({ size: "5", type: "file", perm: "r" }, " x", ["type", "size"])).toBe(
      "type=file;size=5;  x",
    );
    expect(formatFacts({ size: "5" }, "x", [])).toBe(" x");
  });

  it("come back as they were", () => {
    const value = fc
      .string({ unit: "grapheme" })
      .map((text) => text.replaceAll(/[;\p{Cc}\u2028\u2029\p{Cs}]/gu, "."));
    fc.assert(
      fc.property(
        value,
        value,
        value.filter((name) => name !== ""),
        (type, size, name) => {
          const line = parseFacts(encodeText(formatFacts({ type, size }, name, factNames)));
          expect(line?.name).toBe(name);
          expect([...(line?.facts ?? [])]).toEqual([
            ["type", type],
            ["size", size],
          ]);
        },
      ),
    );
  });

  it.each(["", "type=file;x", "type;  x", "=a; x", "type=file; ", "type=a b"])("are none in %j", (text) => {
    expect(parseFacts(encodeText(text))).toBeUndefined();
  });

  it("forge no line", () => {
    expect(formatFacts({ type: "file;\r\n" }, "a\r\n550 b", ["type"])).toBe("type=file???; a??550 b");
  });
});

describe("times", () => {
  it("are RFC 3659 §2.3's", () => {
    expect(formatTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe("20260102030405");
    expect(parseTime("20260102030405")).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(parseTime("20260102030405.5")).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 500));
    expect(parseTime("20240229000060")).toBe(Date.UTC(2024, 1, 29, 0, 0, 59));
  });

  it.each(["20230229000000", "20261301000000", "2026010203040", "20260102240000", "20260102030461", "x"])(
    "are none in %s",
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );

  it("come back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(parseTime(formatTime(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
