/** Messages as an mbox has them: nothing is lost, wherever the network cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromLine } from "../../src/fetch/mbox-text.ts";
import { QuotedText } from "../../src/fetch/quoted-text.ts";

function converted(pieces: readonly string[]): string {
  const text = new QuotedText();
  const out = [...pieces.map((piece) => text.data(Buffer.from(piece, "latin1"))), text.end()];
  return Buffer.concat(out).toString("latin1");
}

describe("text", () => {
  it.each([
    ["a\r\nb\r\n", "a\nb\n"],
    ["a", "a\n"],
    ["", ""],
    ["a\r\rb\r\n", "a\r\rb\n"],
    ["a\r", "a\r\n"],
    ["From a\r\n", ">From a\n"],
    [">>From a\r\nFrom b\r\nFromage\r\n", ">>>From a\n>From b\nFromage\n"],
    ["x From a\r\n", "x From a\n"],
    ["\rFrom a\r\n", "\rFrom a\n"],
  ])("%j for an mbox is %j", (wire, file) => {
    expect(converted([wire])).toBe(file);
    for (let cut = 0; cut <= wire.length; cut++)
      expect(converted([wire.slice(0, cut), wire.slice(cut)])).toBe(file);
    expect(converted(Array.from(wire))).toBe(file);
  });

  it("holds little of a line without end, and quotes it all the same", () => {
    const long = "x".repeat(200_000);
    const wires = [
      `${long}\r\nFrom a\r\n`,
      `From ${long}`,
      `${">".repeat(200_000)}From a\r\n`,
      `${long}From a`,
    ];
    for (const wire of wires) {
      const pieces = Array.from({ length: Math.ceil(wire.length / 997) }, (_, at) =>
        wire.slice(at * 997, (at + 1) * 997),
      );
      const whole = wire.replaceAll("\r\n", "\n").replaceAll(/^(>*From )/gm, ">$1");
      expect(converted(pieces)).toBe(whole.endsWith("\n") ? whole : `${whole}\n`);
    }
  });

  it("can be undone", () => {
    const line = fc
      .stringMatching(/^>{0,3}(From )?[ -~\r\xff]{0,6}$/)
      .map((text) => text.replaceAll(/\r+$/g, ""));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
        const wire = lines.map((each) => `${each}\r\n`).join("");
        const pieces = Array.from({ length: Math.ceil(wire.length / size) }, (_, at) =>
          wire.slice(at * size, (at + 1) * size),
        );
        const file = converted(pieces);
        expect(file.split("\n").some((each) => each.startsWith("From "))).toBe(false);
        const undone = file
          .split("\n")
          .map((each) => each.replace(/^>(>*From )/, "$1"))
          .join("\n");
        expect(undone).toBe(wire.replaceAll("\r\n", "\n"));
      }),
    );
  });
});

describe("the line before a message", () => {
  const date = new Date(Date.UTC(2026, 10, 8, 7, 5, 9));
  it.each([
    ["Return-Path: <ann@a.test>\r\nX: y\r\n", "From ann@a.test Sun Nov  8 07:05:09 2026\n"],
    ["Return-Path: <>\r\n", "From MAILER-DAEMON Sun Nov  8 07:05:09 2026\n"],
    ["Return-Path: <a b>\r\n", "From MAILER-DAEMON Sun Nov  8 07:05:09 2026\n"],
    ["", "From MAILER-DAEMON Sun Nov  8 07:05:09 2026\n"],
  ])("%j", (first, line) => expect(fromLine(Buffer.from(first), date)).toBe(line));
});
