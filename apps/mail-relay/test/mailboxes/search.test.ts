import { describe, expect, it } from "vitest";
import { finder, type Searched } from "../../src/mailboxes/search.ts";

const bill: Searched = {
  subject: "Rechnung 42 für Mai",
  from: "Ann Ämter <ann@shop.test>",
  to: "Bob <bob@home.test>",
  excerpt: "The total is 17. -from nobody",
  reversePath: "bounces+42@shop.test",
  mailbox: "archive@home.test",
  seen: false,
};

const cases: readonly (readonly [query: string, found: boolean])[] = [
  ["", true],
  ["  ", true],
  ["rechnung", true],
  ["RECHNUNG total", true],
  ["rechnung totals", false],
  ["ämter", true],
  ["archive", true],
  ['"total is"', true],
  ['"is total"', false],
  ['"the total', true],
  ['"mai bob"', false],
  ["mai bob", true],
  ["from:ann", true],
  ["From:ANN", true],
  ["from:bob", false],
  ["from:bounces", true],
  ['from:"ann ämter"', true],
  ["to:bob", true],
  ["to:archive@", true],
  ["to:ann", false],
  ["subject:mai", true],
  ["subject:total", false],
  ["is:unread", true],
  ["is:read", false],
  ["-is:read", true],
  ["is:odd", false],
  ["-rechnung", false],
  ["-refund", true],
  ["-from:eve rechnung", true],
  ["from:", false],
  ["-", true],
  ["has:attachment", false],
];

describe("the search", () => {
  it.each(cases)("%j: %s", (query, found) => {
    expect(finder(query)(bill, "")).toBe(found);
  });

  // Undefined: what the list has does not say.
  const unsaid: readonly (readonly [query: string, verdict: boolean | undefined])[] = [
    ["rechnung", true],
    ["refund", undefined],
    ["-refund", undefined],
    ["-rechnung refund", false],
    ["from:eve refund", false],
    ["rechnung refund", undefined],
    ["is:unread", true],
    ["from:ann to:eve", false],
  ];
  it.each(unsaid)("%j without the text: %s", (query, verdict) => {
    expect(finder(query)(bill, undefined)).toBe(verdict);
  });

  const within: readonly (readonly [query: string, found: boolean])[] = [
    ["refund", true],
    ["-refund", false],
    ['"two  REFUNDS today"', true],
    ["from:refunds", false],
    ["rechnung refunds", true],
  ];
  it.each(within)("%j in a text that has it: %s", (query, found) => {
    expect(finder(query)(bill, "and two refunds today")).toBe(found);
  });
});
