import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "@socketscope/wire";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("base64 (RFC 4648)", () => {
  // RFC 4648 §10: the test vectors.
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("says %j as %j and reads it back", (plain, encoded) => {
    expect(encodeBase64(ascii(plain))).toBe(encoded);
    expect(decodeBase64(encoded)).toEqual(ascii(plain));
  });

  it.each(["Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v===", "Zg==Zg==", "Zm-v", "Zmév"])(
    "refuses %j",
    (text) => expect(decodeBase64(text)).toBeUndefined(),
  );

  it("agrees with Node for any octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        const text = encodeBase64(octets);
        expect(text).toBe(Buffer.from(octets).toString("base64"));
        expect(decodeBase64(text)).toEqual(octets);
      }),
    );
  });
});
