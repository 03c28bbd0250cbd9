/** What is kept of a letter is what a list shows, and no more: there may be very many. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { type Summary, summaryOf } from "../../src/mailboxes/summary.ts";

const TEXT = "Many words that nobody sees in a list. ".repeat(1500);

function letter(at: number): Uint8Array {
  return Buffer.from(
    `Received: from a.test by b.test id abc${at}xyz; Sat, 28 Nov 2026 10:00:00 +0000\r\n` +
      `From: "Ann" <ann@a.test>\r\nTo: bob@b.test\r\nSubject: Letter ${at}\r\n` +
      `Message-ID: <${at}@a.test>\r\nReturn-Path: <ann@a.test>\r\n\r\n${at} ${TEXT}\r\n`,
  );
}

function settledHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new TypeError("no collector");
  collect();
  return process.memoryUsage().heapUsed;
}

it("names what the list shows", async () => {
  expect(await summaryOf(letter(7))).toEqual({
    subject: "Letter 7",
    from: "Ann <ann@a.test>",
    to: "bob@b.test",
    date: undefined,
    messageId: "<7@a.test>",
    reversePath: "ann@a.test",
    received: "abc7xyz",
    excerpt: `7 ${TEXT}`.slice(0, 400),
  });
});

it("holds nothing of the letter itself: 60 of 60 KB take less than 10 KB each", async () => {
  await summaryOf(letter(0));
  const before = settledHeap();
  const summaries: Summary[] = [];
  for (let at = 0; at < 60; at++) summaries.push(await summaryOf(letter(at)));
  const each = (settledHeap() - before) / summaries.length;
  expect(each).toBeLessThan(10_000);
  expect(summaries.at(-1)?.subject).toBe("Letter 59");
});
