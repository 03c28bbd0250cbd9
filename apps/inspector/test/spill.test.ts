/** The store lets the oldest go and says so; a recording that is being made has all that was said since it began. */
import type { Recorded } from "@socketscope/recording";
import { expect, it } from "vitest";
import { Feed } from "../src/api/feed.ts";
import { recordedLive } from "../src/exchange/recorded.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

it("spills into the recording, and tells those who follow what had to go", async () => {
  const { store, take } = storeWith({ maxOctets: 1000 });
  const feed = new Feed(store);
  const told: string[] = [];
  const reader = feed.follow(feed.number);
  const content = reader.response.content;
  if (typeof content !== "object" || !("pieces" in content)) throw new Error("no stream");
  const pieces = content.pieces[Symbol.asyncIterator]();
  take(opens(1), speaks(1, "smtp"));
  const stop = new AbortController();
  const recording = recordedLive(store, false, stop.signal);
  const recorded: Recorded[] = [];
  const line = (turn: number): string => `NOOP ${String(turn).padStart(393, "0")}\r\n`;
  for (let turn = 0; turn < 10; turn++) {
    take(says(1, "in", line(turn), turn));
    while (recorded.filter(({ record }) => record.type === "bytes").length <= turn)
      recorded.push(...((await recording.next()).value ?? []));
  }
  expect(store.held).toMatchObject({ forgotten: 3200, limit: 1000, recordings: 1 });
  const said = recorded.flatMap(({ record }) =>
    record.type === "bytes" ? [Buffer.from(record.octets).toString()] : [],
  );
  expect(said).toEqual(Array.from({ length: 10 }, (_, turn) => line(turn)));
  expect(recorded.filter(({ record }) => record.type === "gap")).toEqual([]);
  stop.abort();
  expect((await recording.next()).done).toBe(true);
  expect(store.held.recordings).toBe(0);
  while (!told.join("").includes('"recordings":0'))
    told.push(Buffer.from((await pieces.next()).value ?? []).toString());
  expect(told.join("")).toContain('"kept":{');
  expect(told.join("")).toContain('"forgotten":3200');
  feed.close();
});
