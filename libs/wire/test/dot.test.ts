import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DotReader, DotWriter } from "../src/index.ts";
import { everyCut, octetsOf, pulled, textOf } from "./framing.ts";

interface Read {
  readonly text: string;
  readonly ended: boolean;
  readonly bare: string | undefined;
  /** What stood behind the end. */
  readonly left: string;
}

function read(pieces: readonly Uint8Array[]): Read {
  const reader = new DotReader();
  let ended = false;
  const { all, left } = pulled(pieces, (buffer) => {
    if (ended) return undefined;
    const piece = reader.next(buffer);
    ended = piece === "end";
    return piece;
  });
  const text = all.map((piece) => (piece === "end" ? "" : textOf(piece))).join("");
  return { text, ended, bare: reader.text.bare, left };
}

const cases: readonly (readonly [name: string, wire: string, text: string, rest?: Partial<Read>])[] = [
  ["a text", "hello\r\n.\r\n", "hello\r\n"],
  ["no text at all", ".\r\n", ""],
  ["an empty line", "\r\n.\r\n", "\r\n"],
  ["a line that begins with a dot", "..a\r\n.\r\n", ".a\r\n"],
  ["a line of two dots", "a\r\n..\r\n.\r\n", "a\r\n.\r\n"],
  ["a dot that was not doubled", ".a\r\n.\r\n", "a\r\n"],
  ["dots inside a line", "a.\r\nb..c\r\n.\r\n", "a.\r\nb..c\r\n"],
  ["what stands behind the end", "a\r\n.\r\nQUIT\r\n", "a\r\n", { left: "QUIT\r\n" }],
  // RFC 5321 §2.3.8, §4.1.1.4: none of these is an end.
  ["LF . LF", "a\n.\nMAIL\r\n.\r\n", "a\n.\nMAIL\r\n", { bare: "bare-lf" }],
  ["LF . CR LF", "a\n.\r\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n", { bare: "bare-lf" }],
  ["CR LF . LF", "a\r\n.\nMAIL\r\n.\r\n", "a\r\n\nMAIL\r\n", { bare: "bare-lf" }],
  ["CR . CR", "a\r.\rMAIL\r\n.\r\n", "a\r.\rMAIL\r\n", { bare: "bare-cr" }],
  ["CR LF . CR CR LF", "a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\r\nb\r\n", { bare: "bare-cr" }],
  ["the first of two, LF", "\n\r\r\n.\r\n", "\n\r\r\n", { bare: "bare-lf" }],
  ["the first of two, CR", "\r\r\n\n\r\n.\r\n", "\r\r\n\n\r\n", { bare: "bare-cr" }],
  ["CR CR LF . CR LF", "a\r\r\n.\r\n", "a\r\r\n", { bare: "bare-cr" }],
  ["a text that ends early", "a\r\n.\r", "a\r\n", { ended: false, left: ".\r" }],
];

describe("a dot reader", () => {
  it.each(cases.map(([name, ...one]) => ({ name, one })))("reads $name", ({ one: [wire, text, rest] }) => {
    for (const pieces of everyCut(octetsOf(wire)))
      expect(read(pieces)).toEqual({ text, ended: true, bare: undefined, left: "", ...rest });
  });

  it("passes on what it has, and holds back two octets at most", () => {
    const reader = new DotReader();
    const { all, most } = pulled([octetsOf("a\r"), octetsOf("\n."), octetsOf("\r")], (buffer) =>
      reader.next(buffer),
    );
    expect(all.map((piece) => (piece === "end" ? piece : textOf(piece)))).toEqual(["a\r", "\n"]);
    expect(most).toBeLessThanOrEqual(2);
  });
});

describe("a dot writer", () => {
  const write = (pieces: readonly Uint8Array[]): string => {
    const writer = new DotWriter();
    return [...pieces.flatMap((piece) => writer.data(piece)), ...writer.end()].map(textOf).join("");
  };

  it.each([
    ["", ".\r\n"],
    ["a\r\n", "a\r\n.\r\n"],
    ["a", "a\r\n.\r\n"],
    [".\r\n.a\r\nb.\r\n", "..\r\n..a\r\nb.\r\n.\r\n"],
    [".", "..\r\n.\r\n"],
  ])("writes %j as %j", (text, wire) => {
    for (const pieces of everyCut(octetsOf(text))) expect(write(pieces)).toBe(wire);
  });

  it.each(["a\nb", "\n", "a\rb", "a\r\r\n", "a\r"])("does not send the bare line end in %j", (text) => {
    for (const pieces of everyCut(octetsOf(text)))
      expect(() => write(pieces)).toThrow(expect.objectContaining({ code: "DOT_BARE_LINE_END" }));
  });

  it("is undone by the reader, however both are cut", () => {
    const line = fc.stringMatching(/^[.a\x00\xff]{0,6}$/);
    const cuts = fc.array(fc.nat(60), { maxLength: 4 });
    const cutAt = (octets: Uint8Array, at: readonly number[]): Uint8Array[] => {
      const points = [...at.map((point) => Math.min(point, octets.length)), octets.length].toSorted(
        (a, b) => a - b,
      );
      return points.map((to, index) => octets.subarray(points[index - 1] ?? 0, to));
    };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), cuts, cuts, (lines, outCuts, inCuts) => {
        const text = lines.map((one) => `${one}\r\n`).join("");
        const wire = octetsOf(write(cutAt(octetsOf(text), outCuts)));
        expect(read(cutAt(wire, inCuts))).toEqual({ text, ended: true, bare: undefined, left: "" });
      }),
    );
  });
});
