/** Preconditions and entity tags. Sections are of RFC 9110. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evaluatePreconditions,
  Fields,
  formatEntityTag,
  parseEntityTag,
  parseEntityTags,
  rangeApplies,
  strongMatch,
  weakMatch,
} from "../src/index.ts";

const MODIFIED = Date.UTC(2020, 0, 2, 3, 4, 5) + 678;
const SAME = "Thu, 02 Jan 2020 03:04:05 GMT";
const BEFORE = "Thu, 02 Jan 2020 03:04:04 GMT";
const AFTER = "Thu, 02 Jan 2020 03:04:06 GMT";
const NOW = MODIFIED + 3_600_000;
const CURRENT = { etag: { weak: false, opaque: "a" }, lastModified: MODIFIED };
const WEAK = { etag: { weak: true, opaque: "a" }, lastModified: MODIFIED };

describe("RFC 9110 §8.8.3: entity tags", () => {
  it.each([
    ['"xyzzy"', { weak: false, opaque: "xyzzy" }],
    ['W/"xyzzy"', { weak: true, opaque: "xyzzy" }],
    ['""', { weak: false, opaque: "" }],
    ['"a,b\\"', { weak: false, opaque: "a,b\\" }],
    ["xyzzy", undefined],
    ['w/"xyzzy"', undefined],
    ['W/ "xyzzy"', undefined],
    ['"a b"', undefined],
    ['"a"b"', undefined],
    ['"a', undefined],
  ])("%s", (text, tag) => {
    expect(parseEntityTag(text)).toEqual(tag);
    expect(tag && formatEntityTag(tag)).toBe(tag && text);
  });

  it.each([
    ["*", "*"],
    [" * ", "*"],
    ['"a"', ['"a"']],
    ['"a", W/"b" ,"c"', ['"a"', 'W/"b"', '"c"']],
    ['"a,b", "c"', ['"a,b"', '"c"']],
    ['a, "b", "c', ['"b"']],
    [',, "a",,', ['"a"']],
    ['"a" "b", "c"', ['"c"']],
    ["", []],
    ['*, "a"', ['"a"']],
  ])("list %s", (value, tags) => {
    const parsed = parseEntityTags(value);
    expect(parsed === "*" ? "*" : parsed.map(formatEntityTag)).toEqual(tags);
  });

  // RFC 9110 §8.8.3.2, table 3.
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ])("§8.8.3.2: %s and %s", (a, b, strong, weak) => {
    const [left, right] = [parseEntityTag(a)!, parseEntityTag(b)!];
    expect([strongMatch(left, right), weakMatch(left, right)]).toEqual([strong, weak]);
  });

  it("reads any list of tags it writes", () => {
    const opaque = fc.string({
      unit: fc.integer({ min: 0x23, max: 0x7e }).map((c) => String.fromCharCode(c)),
    });
    const tag = fc.record({ weak: fc.boolean(), opaque });
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
        expect(parseEntityTags(tags.map(formatEntityTag).join(", "))).toEqual(tags);
      }),
    );
  });
});

describe("RFC 9110 §13.2.2: preconditions in order", () => {
  const table: [string, string, string[], object | undefined, string][] = [
    ["no condition", "GET", [], CURRENT, "proceed"],
    // §13.1.1 If-Match: strong comparison
    ["§13.1.1 If-Match, equal", "PUT", ["If-Match", '"a"'], CURRENT, "proceed"],
    ["§13.1.1 If-Match, in a list", "PUT", ["If-Match", '"x", "a"'], CURRENT, "proceed"],
    ["§13.1.1 If-Match, on two lines", "PUT", ["If-Match", '"x"', "if-match", '"a"'], CURRENT, "proceed"],
    ["§13.1.1 If-Match, other", "PUT", ["If-Match", '"x"'], CURRENT, "failed"],
    ["§13.1.1 If-Match, other, GET", "GET", ["If-Match", '"x"'], CURRENT, "failed"],
    ["§13.1.1 If-Match, weak asked", "PUT", ["If-Match", 'W/"a"'], CURRENT, "failed"],
    ["§13.1.1 If-Match, weak here", "PUT", ["If-Match", '"a"'], WEAK, "failed"],
    ["§13.1.1 If-Match: *", "PUT", ["If-Match", "*"], CURRENT, "proceed"],
    ["§13.1.1 If-Match: * without anything", "PUT", ["If-Match", "*"], undefined, "failed"],
    ["§13.1.1 If-Match, malformed", "DELETE", ["If-Match", "a"], CURRENT, "failed"],
    // §13.1.4 If-Unmodified-Since
    ["§13.1.4 If-Unmodified-Since, same", "PUT", ["If-Unmodified-Since", SAME], CURRENT, "proceed"],
    ["§13.1.4 If-Unmodified-Since, earlier", "PUT", ["If-Unmodified-Since", BEFORE], CURRENT, "failed"],
    ["§13.1.4 If-Unmodified-Since, no date", "PUT", ["If-Unmodified-Since", "yesterday"], CURRENT, "proceed"],
    [
      "§13.1.4 If-Unmodified-Since, no modification date",
      "PUT",
      ["If-Unmodified-Since", BEFORE],
      {},
      "proceed",
    ],
    [
      "§13.2.2 step 2 skipped by If-Match",
      "PUT",
      ["If-Unmodified-Since", BEFORE, "If-Match", '"a"'],
      CURRENT,
      "proceed",
    ],
    // §13.1.2 If-None-Match: weak comparison
    ["§13.1.2 If-None-Match, equal, GET", "GET", ["If-None-Match", '"a"'], CURRENT, "not-modified"],
    ["§13.1.2 If-None-Match, equal, HEAD", "HEAD", ["If-None-Match", '"a"'], CURRENT, "not-modified"],
    ["§13.1.2 If-None-Match, equal, PUT", "PUT", ["If-None-Match", '"a"'], CURRENT, "failed"],
    ["§13.1.2 If-None-Match, weak asked", "GET", ["If-None-Match", 'W/"a"'], CURRENT, "not-modified"],
    ["§13.1.2 If-None-Match, weak here", "GET", ["If-None-Match", '"a"'], WEAK, "not-modified"],
    ["§13.1.2 If-None-Match, other", "GET", ["If-None-Match", '"x", W/"y"'], CURRENT, "proceed"],
    ["§13.1.2 If-None-Match: *, GET", "GET", ["If-None-Match", "*"], CURRENT, "not-modified"],
    ["§13.1.2 If-None-Match: *, PUT over something", "PUT", ["If-None-Match", "*"], CURRENT, "failed"],
    ["§13.1.2 If-None-Match: *, PUT of something new", "PUT", ["If-None-Match", "*"], undefined, "proceed"],
    // §13.1.3 If-Modified-Since
    ["§13.1.3 If-Modified-Since, same", "GET", ["If-Modified-Since", SAME], CURRENT, "not-modified"],
    ["§13.1.3 If-Modified-Since, later", "HEAD", ["If-Modified-Since", AFTER], CURRENT, "not-modified"],
    ["§13.1.3 If-Modified-Since, earlier", "GET", ["If-Modified-Since", BEFORE], CURRENT, "proceed"],
    ["§13.1.3 If-Modified-Since, other method", "PUT", ["If-Modified-Since", SAME], CURRENT, "proceed"],
    [
      "§13.1.3 If-Modified-Since, twice",
      "GET",
      ["If-Modified-Since", SAME, "If-Modified-Since", SAME],
      CURRENT,
      "proceed",
    ],
    ["§13.1.3 If-Modified-Since, no date", "GET", ["If-Modified-Since", "0"], CURRENT, "proceed"],
    [
      "§13.2.2 step 4 skipped by If-None-Match",
      "GET",
      ["If-None-Match", '"x"', "If-Modified-Since", SAME],
      CURRENT,
      "proceed",
    ],
    // order
    ["step 1 before step 3", "GET", ["If-None-Match", '"a"', "If-Match", '"x"'], CURRENT, "failed"],
    ["step 1, then step 3", "GET", ["If-None-Match", '"a"', "If-Match", '"a"'], CURRENT, "not-modified"],
    [
      "step 2 before step 4",
      "GET",
      ["If-Modified-Since", SAME, "If-Unmodified-Since", BEFORE],
      CURRENT,
      "failed",
    ],
    ["§13.2.1 OPTIONS ignores them", "OPTIONS", ["If-Match", '"x"'], CURRENT, "proceed"],
    ["§13.2.1 TRACE ignores them", "TRACE", ["If-None-Match", "*"], CURRENT, "proceed"],
  ];
  it.each(table)("%s", (_name, method, lines, current, expected) => {
    expect(evaluatePreconditions(method, new Fields(lines), current, NOW)).toBe(expected);
  });
});

describe("RFC 9110 §13.1.5: If-Range", () => {
  const RANGE = ["Range", "bytes=0-1"];
  const table: [string, string, string[], object, number, boolean][] = [
    ["no Range", "GET", [], CURRENT, NOW, false],
    ["Range alone", "GET", RANGE, CURRENT, NOW, true],
    ["§14.2 another method", "HEAD", RANGE, CURRENT, NOW, false],
    ["equal tag", "GET", [...RANGE, "If-Range", '"a"'], CURRENT, NOW, true],
    ["other tag", "GET", [...RANGE, "If-Range", '"b"'], CURRENT, NOW, false],
    ["weak tag asked", "GET", [...RANGE, "If-Range", 'W/"a"'], CURRENT, NOW, false],
    ["weak tag here", "GET", [...RANGE, "If-Range", '"a"'], WEAK, NOW, false],
    ["exact date", "GET", [...RANGE, "If-Range", SAME], CURRENT, NOW, true],
    ["later date", "GET", [...RANGE, "If-Range", AFTER], CURRENT, NOW, false],
    [
      "§8.8.2.2 date of this second is weak",
      "GET",
      [...RANGE, "If-Range", SAME],
      CURRENT,
      MODIFIED + 100,
      false,
    ],
    ["date, nothing to compare with", "GET", [...RANGE, "If-Range", SAME], {}, NOW, false],
    ["rubbish", "GET", [...RANGE, "If-Range", "abc"], CURRENT, NOW, false],
  ];
  it.each(table)("%s", (_name, method, lines, current, now, expected) => {
    expect(rangeApplies(method, new Fields(lines), current, now)).toBe(expected);
  });
});
