import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8, isUtf8, Utf8Validator } from "@socketscope/wire";

const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const platform = (octets: Uint8Array): string | undefined => {
  try {
    return fatal.decode(octets);
  } catch {
    return undefined;
  }
};

/** Octets that come near to UTF-8: whole characters, cut ones, and the edges of every range. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1),
      fc.constantFrom(0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
    ),
    { maxLength: 6 },
  )
  .map((octets) => Uint8Array.from(octets));

describe("UTF-8 (RFC 3629)", () => {
  it("judges and reads as the platform does", () => {
    fc.assert(
      fc.property(nearly, (octets) => {
        expect(isUtf8(octets)).toBe(platform(octets) !== undefined);
        expect(decodeUtf8(octets)).toBe(platform(octets));
      }),
      { numRuns: 2000 },
    );
  });

  it("writes as the platform does, lone surrogates included", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)) }),
        (text) => {
          expect([...encodeUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
        },
      ),
    );
    expect([...encodeUtf8("\u{1f600}é\ud800x")]).toEqual([...new TextEncoder().encode("\u{1f600}é\ufffdx")]);
  });

  it("goes on across every cut and names the first bad octet", () => {
    const octets = Uint8Array.of(0x41, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0);
    for (let cut = 0; cut <= octets.length; cut++) {
      const validator = new Utf8Validator();
      const first = validator.push(octets.subarray(0, cut));
      const good = first < cut ? first : cut + validator.push(octets.subarray(cut));
      // ED A0 would begin a surrogate: the fault is the A0, the ED alone is a fair beginning.
      expect(good).toBe(9);
    }
  });

  it("knows a character that is half said", () => {
    const validator = new Utf8Validator();
    expect(validator.push(Uint8Array.of(0xe2, 0x82))).toBe(2);
    expect(validator.complete).toBe(false);
    expect(isUtf8(Uint8Array.of(0xe2, 0x82))).toBe(false);
  });
});
