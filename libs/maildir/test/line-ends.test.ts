/** Line ends on the disk and on the wire, wherever the octets are cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileText, WireText } from "../src/line-ends.ts";

function through(text: FileText | WireText, pieces: readonly string[]): string {
  const out = [...pieces.map((piece) => text.data(Buffer.from(piece, "latin1"))), text.end()];
  return Buffer.concat(out).toString("latin1");
}

describe.each([
  ["a\r\nb\r\n", "a\nb\n", "a\r\nb\r\n"],
  ["a\nb\n", "a\nb\n", "a\r\nb\r\n"],
  ["a\r\r\nb", "a\r\nb", "a\r\n\r\nb"],
  ["\r\n\r\n", "\n\n", "\r\n\r\n"],
  ["a\rb\r", "a\rb\r", "a\r\nb\r\n"],
  ["\n\r", "\n\r", "\r\n\r\n"],
  ["", "", ""],
])("%j", (text, file, wire) => {
  it("is cut anywhere", () => {
    const cuts = [Array.from(text)];
    for (let at = 0; at <= text.length; at++) cuts.push([text.slice(0, at), text.slice(at)]);
    for (const pieces of cuts) {
      expect(through(new FileText(), pieces)).toBe(file);
      expect(through(new WireText(), pieces)).toBe(wire);
    }
  });
});

it("mail is the same when it is read again", () => {
  const line = fc.stringMatching(/^[ -~\xe4\t]{0,8}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const mail = lines.map((each) => `${each}\r\n`).join("");
      expect(through(new WireText(), [through(new FileText(), [mail])])).toBe(mail);
    }),
  );
});
