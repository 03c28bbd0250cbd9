import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineReader, type LineOptions } from "../src/index.ts";
import { everyCut, octetsOf, pulled, textOf } from "./framing.ts";

interface Read {
  readonly lines: readonly string[];
  readonly left: string;
  readonly most: number;
}

function read(pieces: readonly Uint8Array[], options: LineOptions): Read {
  const reader = new LineReader(options);
  const { all, left, most } = pulled(pieces, (buffer) => reader.next(buffer));
  const lines = all.map((line) => (line.type === "line" ? textOf(line.octets) : `(${line.why})`));
  return { lines, left, most };
}

const cases: readonly (readonly [name: string, text: string, lines: readonly string[], left: string])[] = [
  ["two lines", "EHLO a\r\nQUIT\r\n", ["EHLO a", "QUIT"], ""],
  ["an empty line", "\r\n", [""], ""],
  ["a line that is not whole", "NOOP\r\nDA", ["NOOP"], "DA"],
  ["a CR that may be half an end", "NOOP\r", [], "NOOP\r"],
  ["a line of just as much", "12345678\r\nx\r\n", ["12345678", "x"], ""],
  ["one octet more", "123456789\r\nx\r\n", ["(too-long)", "x"], ""],
  ["far more", `${"y".repeat(50)}\r\nx\r\n`, ["(too-long)", "x"], ""],
  ["a long line that ends in CRs", `${"y".repeat(50)}\r\r\nx\r\n`, ["(too-long)", "x"], ""],
  ["a lone LF", "a\nb\r\nx\r\n", ["(bare-lf)", "x"], ""],
  ["a lone LF first", "\n\r\nx\r\n", ["(bare-lf)", "x"], ""],
  ["a lone CR", "a\rb\r\nx\r\n", ["(bare-cr)", "x"], ""],
  ["two CRs", "a\r\r\nx\r\n", ["(bare-cr)", "x"], ""],
];

describe("a line reader", () => {
  it.each(cases)("reads %s", (_name, text, lines, left) => {
    for (const pieces of everyCut(octetsOf(text))) {
      const actual = read(pieces, { maxOctets: 8 });
      expect([actual.lines, actual.left]).toEqual([lines, left]);
    }
  });

  it("takes a lone LF as an end where it is told to", () => {
    for (const pieces of everyCut(octetsOf("a\nb\r\n\nc"))) {
      expect(read(pieces, { maxOctets: 8, bareLf: "ends" })).toMatchObject({
        lines: ["a", "b", ""],
        left: "c",
      });
    }
  });

  it("gives back what was written as lines, however it is cut", () => {
    const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]|[^\x00-\xff]/g, "_"));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.array(fc.nat(200), { maxLength: 4 }),
        (lines, cuts) => {
          const octets = octetsOf(lines.map((text) => `${text}\r\n`).join(""));
          const points = [...cuts.map((cut) => Math.min(cut, octets.length)), octets.length].toSorted(
            (a, b) => a - b,
          );
          const pieces = points.map((to, index) => octets.subarray(points[index - 1] ?? 0, to));
          expect(read(pieces, { maxOctets: 64 })).toMatchObject({ lines, left: "" });
        },
      ),
    );
  });

  it("holds no more than a line and its end", () => {
    const endless = Array.from({ length: 1000 }, () => octetsOf("y".repeat(7)));
    expect(read(endless, { maxOctets: 64 }).most).toBeLessThanOrEqual(64 + 7);
    const lfs = Array.from({ length: 1000 }, () => octetsOf("y\n"));
    expect(read(lfs, { maxOctets: 64 }).most).toBeLessThanOrEqual(64 + 7);
  });

  it("knows when a line has begun", () => {
    const reader = new LineReader({ maxOctets: 8 });
    const begun = (text: string): boolean => {
      pulled([octetsOf(text)], (buffer) => reader.next(buffer));
      return reader.begun;
    };
    expect([begun("a\r\n"), begun("a")]).toEqual([false, true]);
  });
});
