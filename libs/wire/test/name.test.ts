import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeName, encodeName } from "@socketscope/wire";

describe("names of files", () => {
  it("come back as the octets they were", () => {
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x41, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xb2),
    );
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 12 }), (octets) => {
        expect([...(encodeName(decodeName(Uint8Array.from(octets))) ?? [])]).toEqual(octets);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["plain", [0x61, 0x62], "ab"],
    ["UTF-8", [0xc3, 0xa9], "é"],
    ["latin1", [0x63, 0x61, 0x66, 0xe9], "caf\udce9"],
    ["a cut character", [0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
    ["a surrogate in UTF-8's manner", [0xed, 0xb2, 0x80], "\udced\udcb2\udc80"],
    ["good and bad mixed", [0xff, 0xf0, 0x9f, 0x98, 0x80, 0xc3], "\udcff😀\udcc3"],
  ])("in %s", (_, octets, text) => {
    expect(decodeName(Uint8Array.from(octets))).toBe(text);
    expect([...(encodeName(text) ?? [])]).toEqual(octets);
  });

  it.each(["\ud800", "\udc00", "\udc7f", "a\udd00", "\ud800x"])(
    "are none with a surrogate that stands for no octet (%j)",
    (name) => {
      expect(encodeName(name)).toBeUndefined();
    },
  );
});
