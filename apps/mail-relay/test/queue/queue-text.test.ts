import { describe, expect, it } from "vitest";
import { letterText, listText } from "../../src/queue/queue-text.ts";

const AT = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;

const waiting = {
  id: "mx01",
  status: "waiting",
  reversePath: "ann@near.test",
  recipients: [
    { forwardPath: "bob@far.test", said: "451 4.7.1 Try later", host: "192.0.2.1:25" },
    { forwardPath: "eve@new.test" },
  ],
  size: 24_804,
  arrived: AT - 5 * MINUTE,
  attempts: 1,
  tried: [AT - 5 * MINUTE],
  due: AT + 30_000,
};

const history = [
  {
    at: AT - 5 * MINUTE,
    results: [
      {
        forwardPath: "bob@far.test",
        outcome: "deferred",
        reply: { code: 451, enhanced: "4.7.1", lines: ["Try", "later"] },
        host: "192.0.2.1:25",
      },
      { forwardPath: "zoe@far.test", outcome: "delivered", reply: { code: 250, lines: ["OK"] } },
    ],
  },
];

describe("the list of the queue", () => {
  it("says where each letter stands, and what was said of each recipient", () => {
    expect(listText({ total: 1, messages: [waiting], torn: [] }, AT)).toBe(
      [
        "mx01  waiting for 5 min, 1 try, next in 30 s",
        "    from <ann@near.test>, 25 kB",
        "    to <bob@far.test>: 451 4.7.1 Try later (192.0.2.1:25)",
        "    to <eve@new.test>: not tried yet",
        "1 in the queue",
      ].join("\n"),
    );
  });

  const standings: readonly (readonly [what: object, says: string])[] = [
    [{ status: "held", attempts: 2 }, "held, here for 5 min, 2 tries"],
    [{ status: "active", attempts: 0 }, "being sent now, here for 5 min, 0 tries"],
    [{ due: AT - 1 }, "waiting for 5 min, 1 try, next now"],
    [{ arrived: AT + MINUTE }, "waiting for 0 s, 1 try, next in 30 s"],
  ];
  it.each(standings)("%j: %s", (what, says) => {
    const page = { total: 1, messages: [{ ...waiting, ...what }], torn: [] };
    expect(listText(page, AT).split("\n")[0]).toBe(`mx01  ${says}`);
  });

  it("says that there is nothing, that there is more, and what was set aside", () => {
    expect(listText({ total: 0, messages: [], torn: ["a record at 17"] }, AT)).toBe(
      "the queue is empty\nset aside, damaged: a record at 17",
    );
    const page = listText({ total: 3, messages: [waiting], torn: [] }, AT);
    expect(page.split("\n").at(-1)).toBe("2 more; --after mx01 goes on");
  });
});

describe("one letter of the queue", () => {
  const lines = (beginning: string, size: number): string[] =>
    letterText({ ...waiting, history, beginning, size }, AT).split("\n");

  it("shows the envelope, each attempt, and the letter", () => {
    const letter = "Subject: Hi\r\n\r\nHello\r\n";
    expect(lines(letter, letter.length)).toEqual([
      "mx01  waiting for 5 min, 1 try, next in 30 s",
      "    from <ann@near.test>, 22 bytes, since 2026-11-29T11:55:00.000Z",
      "Still to be reached",
      "    to <bob@far.test>: 451 4.7.1 Try later (192.0.2.1:25)",
      "    to <eve@new.test>: not tried yet",
      "Attempt of 2026-11-29T11:55:00.000Z",
      "    <bob@far.test> deferred: 451 4.7.1 Try / later (192.0.2.1:25)",
      "    <zoe@far.test> delivered: 250 OK",
      "The letter",
      "    Subject: Hi",
      "    ",
      "    Hello",
    ]);
  });

  it("shows the header section whole and some lines of the text, and says that it is not all", () => {
    const text = Array.from({ length: 30 }, (_, line) => `line ${line}`);
    const shown = lines(["Subject: Long", "X-One: 1", "", ...text, ""].join("\r\n"), 300);
    expect(shown.slice(shown.indexOf("The letter, its beginning") + 1)).toEqual(
      ["Subject: Long", "X-One: 1", "", ...text.slice(0, 20)].map((line) => `    ${line}`),
    );
    // what was asked for was cut, or the disk has it no longer
    expect(lines("Subject: Cut\r\n\r\nx\r\n", 1_000_000)).toContain("The letter, its beginning");
    expect(lines("", 100).some((line) => line.startsWith("The letter"))).toBe(false);
  });

  it("lets nothing of a letter move the cursor", () => {
    expect(lines("Subject: \u001b[2Jx\r\n\r\n", 19).join("")).toContain("Subject: \\u{1b}[2Jx");
  });
});
