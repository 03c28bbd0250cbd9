/** TYPE A both ways, however the octets are cut. */
import { everySplit } from "@socketscope/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countLf, FromNetwork, toNetwork } from "../src/index.ts";

function received(chunks: readonly Uint8Array[]): Buffer {
  const reader = new FromNetwork();
  return Buffer.concat([...chunks.map((chunk) => reader.push(chunk)), reader.end()]);
}

describe("TYPE A", () => {
  it.each([
    ["", ""],
    ["a", "a"],
    ["a\nb\n", "a\r\nb\r\n"],
    ["\n\n", "\r\n\r\n"],
    ["a\r\n", "a\r\r\n"],
    ["\r", "\r"],
    ["\r\r\n\r", "\r\r\r\n\r"],
  ])("%j is %j on the way", (ours, network) => {
    expect(Buffer.from(toNetwork(Buffer.from(ours))).toString()).toBe(network);
    expect(Buffer.byteLength(ours) + countLf(Buffer.from(ours))).toBe(network.length);
    for (const chunks of everySplit(Buffer.from(network))) expect(received(chunks).toString()).toBe(ours);
  });

  it("takes what other senders leave as it is", () => {
    for (const text of ["a\nb", "a\rb", "\r\r"]) {
      for (const chunks of everySplit(Buffer.from(text))) expect(received(chunks).toString()).toBe(text);
    }
  });

  it("gives every file back as it was, in any pieces", () => {
    const octet = fc.constantFrom(13, 10, 65, 0, 255);
    fc.assert(
      fc.property(
        fc.array(fc.array(octet), { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (pieces, size) => {
          const sent = Buffer.concat(pieces.map((piece) => toNetwork(Uint8Array.from(piece))));
          const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_, at) =>
            sent.subarray(at * size, (at + 1) * size),
          );
          expect([...received(chunks)]).toEqual(pieces.flat());
        },
      ),
    );
  });
});
