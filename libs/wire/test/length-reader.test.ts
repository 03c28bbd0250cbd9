import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lengthField, LengthReader } from "../src/index.ts";
import { everyCut, octetsOf, pulled, textOf } from "./framing.ts";

const widths = [1, 2, 3, 4] as const;

describe.each(widths)("messages with a length of %i octets", (width) => {
  const read = (pieces: readonly Uint8Array[], maxOctets = 200): readonly string[] => {
    const reader = new LengthReader({ width, maxOctets });
    return pulled(pieces, (buffer) => reader.next(buffer)).all.map(textOf);
  };

  it("are read however they are cut", () => {
    const messages = ["", "a", "b".repeat(200), ""];
    const octets = Buffer.concat(
      messages.flatMap((text) => [lengthField(text.length, width), octetsOf(text)]),
    );
    for (const pieces of everyCut(octets)) expect(read(pieces)).toEqual(messages);
  });

  it("are refused as soon as one is announced that is too large", () => {
    expect(read([lengthField(100, width), octetsOf("x".repeat(100))], 100)).toHaveLength(1);
    expect(() => read([lengthField(101, width)], 100)).toThrow(
      expect.objectContaining({ code: "LENGTH_TOO_LARGE" }),
    );
  });
});

it("a length field is big-endian", () => {
  expect(lengthField(0x01020304, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (length) => {
      expect(new DataView(lengthField(length, 4).buffer).getUint32(0)).toBe(length);
    }),
  );
});
