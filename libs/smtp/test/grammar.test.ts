/** What may stand as an address: RFC 5321 §4.1.2, and the lengths of §4.5.3.1. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDomainOrLiteral, isLocalPart, isMailbox } from "../src/grammar.ts";

const label = (octets: number): string => "x".repeat(octets);

const cases: readonly (readonly [address: string, taken: boolean])[] = [
  ["bob@b.test", true],
  ["b.o.b+tag_1@mail-1.b.test", true],
  ["bob@[127.0.0.1]", true],
  ["bob@[IPv6:::1]", true],
  ['"b o b"@b.test', true],
  ["bób@b.test", true],
  ["bob@bücher.test", true],
  [`${label(64)}@b.test`, true],
  [`${label(65)}@b.test`, false],
  [`bob@${label(63)}.test`, true],
  [`bob@${label(64)}.test`, false],
  [`b@${`${label(62)}.`.repeat(3)}${label(63)}`, true],
  [`bb@${`${label(62)}.`.repeat(3)}${label(63)}`, false],
  ["bob", false],
  ["@b.test", false],
  ["bob@", false],
  ["bob@b..test", false],
  ["bob@.test", false],
  ["bob@b.test.", false],
  ["bob@-b.test", false],
  ["bob@b-.test", false],
  ["b..b@b.test", false],
  [".b@b.test", false],
  ["b.@b.test", false],
  ["b o b@b.test", false],
  ["bob@b.test\n", false],
  ["bob@b@b.test", false],
];

describe("a mailbox", () => {
  it.each(cases)("%s: %s", (address, taken) => {
    expect(isMailbox(address)).toBe(taken);
  });

  it("is a local part and a domain, whichever way it is looked at", () => {
    const letter = fc.constantFrom(..."ab9._-+@\"\\ []:é\0\r\n{'");
    const address = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(address, address, (before, behind) => {
        const whole = `${before}@${behind}`;
        const at = whole.lastIndexOf("@");
        expect(isMailbox(whole)).toBe(
          at > 0 && isLocalPart(whole.slice(0, at)) && isDomainOrLiteral(whole.slice(at + 1)),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
