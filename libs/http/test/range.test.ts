/** Byte ranges. Sections are of RFC 9110. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentRange, frameByteRanges, rangeLength, selectRanges, unsatisfiedRange } from "../src/index.ts";

describe("RFC 9110 §14.1.2, §14.2: choosing byte ranges of 10,000 octets", () => {
  const table: [string, string, string | number[][]][] = [
    ["first 500", "bytes=0-499", [[0, 499]]],
    ["second 500", "bytes=500-999", [[500, 999]]],
    ["last 500", "bytes=-500", [[9500, 9999]]],
    ["open end", "bytes=9500-", [[9500, 9999]]],
    [
      "first and last octet",
      "bytes=0-0,-1",
      [
        [0, 0],
        [9999, 9999],
      ],
    ],
    ["last octet alone", "bytes=9999-9999", [[9999, 9999]]],
    [
      "§14.1.1 blanks and empty members",
      "bytes= 0-0 , , 2-2\t,",
      [
        [0, 0],
        [2, 2],
      ],
    ],
    ["§14.1 unit in capitals", "BYTES=0-0", [[0, 0]]],
    ["end beyond the content", "bytes=9000-99999", [[9000, 9999]]],
    ["suffix longer than the content", "bytes=-20000", [[0, 9999]]],
    ["numbers beyond 2^53", "bytes=0-99999999999999999999", [[0, 9999]]],
    ["bytes=<size>-", "bytes=10000-", "unsatisfiable"],
    ["far outside", "bytes=99999999999999999999-", "unsatisfiable"],
    ["§14.1.2 suffix of nothing", "bytes=-0", "unsatisfiable"],
    ["one inside, one outside", "bytes=20000-,0-1", [[0, 1]]],
    [
      "§14.2 client's order is kept",
      "bytes=500-599,0-99",
      [
        [500, 599],
        [0, 99],
      ],
    ],
    ["§15.3.7.2 overlapping ones become one", "bytes=500-700,601-999", [[500, 999]]],
    ["the same one twice", "bytes=0-9,0-9", [[0, 9]]],
    ["§14.1.1 last before first", "bytes=5-4", "whole"],
    ["one of two invalid", "bytes=0-1,5-4", "whole"],
    ["§14.2 unknown unit", "lines=0-1", "whole"],
    ["no unit", "0-1", "whole"],
    ["no numbers", "bytes=-", "whole"],
    ["nothing", "bytes=", "whole"],
    ["only commas", "bytes=,,", "whole"],
    ["words", "bytes=a-b", "whole"],
    ["hex", "bytes=0x0-0x1", "whole"],
    ["negative", "bytes=--1", "whole"],
    ["three numbers", "bytes=1-2-3", "whole"],
    ["two lines joined by a comma", "bytes=0-1, bytes=2-3", "whole"],
  ];
  it.each(table)("%s: %s", (_name, value, expected) => {
    const selection = selectRanges(value, 10_000);
    const seen =
      typeof selection === "string" ? selection : selection.map((range) => [range.first, range.last]);
    expect(seen).toEqual(expected);
  });

  it("§14.1.2: empty content: a suffix is all of it, a position is outside", () => {
    expect(selectRanges("bytes=-5", 0)).toBe("whole");
    expect(selectRanges("bytes=0-", 0)).toBe("unsatisfiable");
  });

  it("§17.15: more ranges than the limit are ignored, whatever they are", () => {
    expect(selectRanges(ask(32), 10_000)).toHaveLength(32);
    expect(selectRanges(ask(33), 10_000)).toBe("whole");
    expect(selectRanges(ask(3), 10_000, { maxRanges: 2 })).toBe("whole");
    expect(selectRanges(`bytes=${"0-,".repeat(100_000)}`, 10_000)).toBe("whole");
  });

  it("never chooses an octet twice or outside", () => {
    const spec = fc
      .tuple(fc.option(fc.nat(120)), fc.option(fc.nat(120)))
      .map(([a, b]) => `${a ?? ""}-${b ?? ""}`);
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 8 }), fc.nat(100), (specs, length) => {
        const selection = selectRanges(`bytes=${specs.join(",")}`, length);
        if (typeof selection === "string") return;
        const seen = new Set<number>();
        for (const { first, last } of selection) {
          expect(first).toBeLessThanOrEqual(last);
          for (let at = first; at <= last; at++) {
            expect(seen.has(at)).toBe(false);
            expect(at).toBeLessThan(length);
            seen.add(at);
          }
        }
      }),
    );
  });
});

function ask(count: number): string {
  return `bytes=${Array.from({ length: count }, (_, i) => `${i * 3}-${i * 3}`).join(",")}`;
}

describe("RFC 9110 §14.4, §14.6: saying which", () => {
  it("Content-Range", () => {
    expect(contentRange({ first: 42, last: 1233 }, 1234)).toBe("bytes 42-1233/1234");
    expect(unsatisfiedRange(1234)).toBe("bytes */1234");
  });

  it("frames multipart/byteranges as in the example of §14.6", () => {
    const ranges = [
      { first: 500, last: 999 },
      { first: 7000, last: 7999 },
    ];
    const frame = frameByteRanges(ranges, 8000, "application/pdf", "THIS_STRING_SEPARATES");
    expect(frame.contentType).toBe("multipart/byteranges; boundary=THIS_STRING_SEPARATES");
    const body =
      ranges.map((range, i) => frame.heads[i] + "x".repeat(rangeLength(range))).join("") + frame.tail;
    expect(body.length).toBe(frame.length);
    expect(body.replaceAll(/x+/g, "…")).toBe(
      [
        "--THIS_STRING_SEPARATES",
        "Content-Type: application/pdf",
        "Content-Range: bytes 500-999/8000",
        "",
        "…",
        "--THIS_STRING_SEPARATES",
        "Content-Type: application/pdf",
        "Content-Range: bytes 7000-7999/8000",
        "",
        "…",
        "--THIS_STRING_SEPARATES--",
        "",
      ].join("\r\n"),
    );
  });
});
