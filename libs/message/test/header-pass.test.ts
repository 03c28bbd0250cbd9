import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderPass } from "../src/index.ts";

const DATE = "Date: now\r\n";
const missing = (has: (name: string) => boolean): string => (has("date") ? "" : DATE);

function through(chunks: readonly string[], pass = new HeaderPass(missing)): string {
  const pieces = [...chunks.flatMap((chunk) => pass.pass(Buffer.from(chunk, "latin1"))), ...pass.finish()];
  return Buffer.concat(pieces).toString("latin1");
}

const cases: readonly (readonly [name: string, message: string, after: string])[] = [
  ["adds at the section's end", "A: b\r\n\r\ntext\r\n", `A: b\r\n${DATE}\r\ntext\r\n`],
  ["leaves alone what is there, in any case", "dAtE: x\r\n\r\ntext\r\n", "dAtE: x\r\n\r\ntext\r\n"],
  ["does not take a folded line for a field", "A: b\r\n Date: c\r\n\r\n", `A: b\r\n Date: c\r\n${DATE}\r\n`],
  ["does not take text for a field", "\r\nDate: x\r\n", `${DATE}\r\nDate: x\r\n`],
  ["completes a message without text", "A: b\r\n", `A: b\r\n${DATE}`],
  ["completes a message of nothing", "", DATE],
];

describe("HeaderPass (RFC 6409 §8)", () => {
  it.each(cases)("%s", (_name, message, after) => {
    expect(through([message])).toBe(after);
    expect(through(message.split(""))).toBe(after);
    for (let at = 1; at < message.length; at++)
      expect(through([message.slice(0, at), message.slice(at)])).toBe(after);
  });

  it("counts the hops (RFC 5321 §6.3), and not those in the text", () => {
    const pass = new HeaderPass();
    through(["Received: 1\r\nRECEIVED: 2\r\n by x\r\nX-Received: 3\r\n\r\nReceived: 4\r\n"], pass);
    expect(pass.hops).toBe(2);
  });

  it("changes nothing where nothing is missing, however it is cut (property)", () => {
    const piece = fc.constantFrom(
      "A: b",
      "Date: x",
      "\r\n",
      "\r\n",
      "\r\n\r\n",
      " folded",
      "\r",
      "text",
      ".",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(through(pieces, new HeaderPass())).toBe(pieces.join(""));
      }),
    );
  });
});
