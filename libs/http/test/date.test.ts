import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDate, parseDate } from "../src/index.ts";

const NOV_6_1994 = Date.UTC(1994, 10, 6, 8, 49, 37);
const NOW = Date.UTC(2026, 0, 15);

describe("RFC 9110 §5.6.7: HTTP-date", () => {
  it("writes IMF-fixdate", () => {
    expect(formatDate(NOV_6_1994)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect(formatDate(NOV_6_1994 + 999)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
  });

  it.each([
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", NOV_6_1994],
    ["rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", NOV_6_1994],
    ["asctime-date", "Sun Nov  6 08:49:37 1994", NOV_6_1994],
    ["asctime-date, day of two digits", "Wed Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["leap second", "Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
    ["29 February", "Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
    ["two digits, near future", "Monday, 01-Jan-35 00:00:00 GMT", Date.UTC(2035, 0, 1)],
    ["two digits, just within 50 years", "Wednesday, 15-Jan-76 00:00:00 GMT", Date.UTC(2076, 0, 15)],
    [
      "two digits, over 50 years ahead is the past",
      "Thursday, 16-Jan-76 00:00:00 GMT",
      Date.UTC(1976, 0, 16),
    ],
    ["two digits, 29 February", "Saturday, 29-Feb-92 00:00:00 GMT", Date.UTC(1992, 1, 29)],
    ["year before 100", "Sat, 01 Jan 0050 00:00:00 GMT", new Date("0050-01-01T00:00:00Z").getTime()],
  ])("reads %s", (_name, text, expected) => {
    expect(parseDate(text, NOW)).toBe(expected);
  });

  it.each([
    ["", "nothing"],
    ["Sun, 06 Nov 1994 08:49:37", "no zone"],
    ["Sun, 06 Nov 1994 08:49:37 UTC", "another zone name"],
    ["Sun, 06 Nov 1994 08:49:37 +0000", "an offset"],
    ["sun, 06 Nov 1994 08:49:37 GMT", "case matters"],
    ["Sun, 6 Nov 1994 08:49:37 GMT", "one digit"],
    ["Sun,  06 Nov 1994 08:49:37 GMT", "a blank more"],
    ["Sun, 06 Nov 1994 24:00:00 GMT", "hour 24"],
    ["Sun, 06 Nov 1994 08:60:00 GMT", "minute 60"],
    ["Sun, 06 Nov 1994 08:49:61 GMT", "second 61"],
    ["Wed, 31 Apr 2024 00:00:00 GMT", "31 April"],
    ["Wed, 29 Feb 2023 00:00:00 GMT", "29 February in a common year"],
    ["Wed, 00 Feb 2023 00:00:00 GMT", "day 0"],
    ["1994-11-06T08:49:37Z", "ISO 8601"],
    ["784111777", "a number"],
    ["Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", "two dates"],
  ])("refuses %j: %s", (text) => {
    expect(parseDate(text, NOW)).toBeUndefined();
  });

  it("reads every date it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        expect(parseDate(formatDate(seconds * 1000), NOW)).toBe(seconds * 1000);
      }),
    );
  });
});
