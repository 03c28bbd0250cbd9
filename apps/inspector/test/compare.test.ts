import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align, numbersOf, wordsApart } from "../src/compare.ts";
import type { MessageView } from "../src/views.ts";

let order = 0;
function message(who: MessageView["who"], said: string, code?: number): MessageView {
  const id = order++;
  const kind = who === "both" ? "event" : who === "client" ? "command" : "reply";
  const whole = {
    socket: 1,
    id,
    order: id,
    at: id,
    direction: "in",
    protocol: "smtp",
    from: 0,
    to: said.length,
  } as const;
  return {
    ...whole,
    who,
    kind,
    said,
    means: "",
    fault: false,
    ...(code !== undefined && { code }),
    ...(who === "both" && { derived: said }),
  };
}
const ask = (said: string): MessageView => message("client", said);
const reply = (said: string): MessageView => message("server", said, Number(said.slice(0, 3)));

const good = [
  message("both", "Connected"),
  reply("220 ready"),
  ask("EHLO a"),
  reply("250 SIZE AUTH"),
  ask("AUTH PLAIN ****"),
  reply("235 2.7.0 in"),
  ask("QUIT"),
  reply("221 Bye"),
];
const other = [
  message("both", "Connected"),
  reply("220 ready too"),
  ask("EHLO a"),
  reply("250 AUTH SIZE"),
  ask("AUTH LOGIN"),
  reply("334 VXNlcm5hbWU6"),
  message("client", "****"),
  reply("235 in"),
  ask("RSET"),
  reply("221 Bye"),
];

describe("two conversations", () => {
  it("stand side by side, message by message", () => {
    expect(
      align(good, other).map(
        ({ alike, left, right }) => `${alike}: ${left?.said ?? ""} | ${right?.said ?? ""}`,
      ),
    ).toEqual([
      "same: Connected | Connected",
      "words: 220 ready | 220 ready too",
      "same: EHLO a | EHLO a",
      "words: 250 SIZE AUTH | 250 AUTH SIZE",
      "words: AUTH PLAIN **** | AUTH LOGIN",
      "right:  | 334 VXNlcm5hbWU6",
      "right:  | ****",
      "words: 235 2.7.0 in | 235 in",
      "meaning: QUIT | RSET",
      "same: 221 Bye | 221 Bye",
    ]);
  });

  it("lose and invent no message, and keep the order of each side", () => {
    const some = fc.array(fc.constantFrom(...good, ...other), { maxLength: 30 });
    fc.assert(
      fc.property(some, some, (left, right) => {
        const rows = align(left, right);
        expect(rows.flatMap((row) => (row.left === undefined ? [] : [row.left]))).toEqual(left);
        expect(rows.flatMap((row) => (row.right === undefined ? [] : [row.right]))).toEqual(right);
        expect(align(left, left).every(({ alike }) => alike === "same")).toBe(true);
      }),
    );
  });

  it("are told in numbers", () => {
    expect(numbersOf(good)).toMatchObject({ messages: 7, roundTrips: 3, fromClient: 25, fromServer: 41 });
    expect(numbersOf([])).toEqual({
      messages: 0,
      roundTrips: 0,
      faults: 0,
      fromClient: 0,
      fromServer: 0,
      first: undefined,
      lasted: 0,
    });
  });

  it("differ in words, word by word", () => {
    const differing = wordsApart("250 2.1.0 Sender ok", "250 Accepted ok").filter(({ differs }) => differs);
    expect(differing.map(({ text }) => text)).toEqual(["2.1.0", "Sender"]);
    expect(
      wordsApart("a b", "a b")
        .map(({ text }) => text)
        .join(""),
    ).toBe("a b");
  });
});
