/** The layer below TLS in the store and in a capture: whole or not at all, bounded, and only where it was asked for. */
import type { FlowRecord } from "@socketscope/recording";
import { describe, expect, it } from "vitest";
import { captureOf } from "../src/exchange/pcapng.ts";
import type { Store, StoreLimits } from "../src/store/store.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

const KEY = `CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}`;

const wire = (flow: number, direction: "in" | "out", said: string, at = 3): FlowRecord => ({
  type: "wire",
  at,
  flow,
  direction,
  octets: Buffer.from(said),
});
const keys = (line: string): FlowRecord => ({ type: "keys", at: 3, flow: 1, line });
const secured: FlowRecord = { type: "secured", at: 5, flow: 1, protocol: "TLSv1.2", cipher: "x" };

/** A letter's beginning behind STARTTLS. */
const upgraded = [
  opens(1),
  speaks(1, "smtp"),
  says(1, "out", "220 a\r\n"),
  says(1, "in", "STARTTLS\r\n"),
  says(1, "out", "220 go\r\n"),
  wire(1, "in", "<hello>", 3),
  keys(KEY),
  wire(1, "out", "<hello back>", 4),
  secured,
  wire(1, "in", "<noop>", 6),
  says(1, "in", "NOOP\r\n", 7),
  says(1, "out", "250 fine\r\n", 8),
  wire(1, "out", "<fine>", 9),
  { type: "closed", at: 10, flow: 1, reason: "peer-ended" },
] satisfies readonly FlowRecord[];

function storeOf(records: readonly FlowRecord[], limits: Partial<StoreLimits> = {}): Store {
  const { store, take } = storeWith(limits);
  take(...records);
  return store;
}

function capture(store: Store, tlsKeys = true): string {
  const options = { tlsKeys, showSecrets: true, ports: "well-known" } as const;
  return Buffer.concat([...captureOf(store, options)]).toString("latin1");
}

/** In the order in which they stand in the capture; what is not there is left out. */
function order(text: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => text.includes(word)).toSorted((a, b) => text.indexOf(a) - text.indexOf(b));
}

const CLEAR = ["220 a\r\n", "STARTTLS\r\n", "220 go\r\n"];
const UNDER = ["NOOP\r\n", "250 fine\r\n"];
const RECORDS = ["<hello>", "<hello back>", "<noop>", "<fine>"];

describe("the layer below TLS", () => {
  it("stands in a capture in place of what was read in it, behind the keys, with what it means", () => {
    const text = capture(storeOf(upgraded));
    const wanted = [...CLEAR, KEY, ...RECORDS];
    expect(order(text, [...wanted, ...UNDER])).toEqual(wanted);
    expect(text).toContain("From here on: tls.");
    const meaning = text.indexOf("RFC 5321 §4.1.1.9".replace("§", "\u00c2\u00a7"));
    // The comment stands behind its packet's octets, before the next packet's.
    expect(meaning).toBeGreaterThan(text.indexOf("<noop>"));
    expect(meaning).toBeLessThan(text.indexOf("<fine>"));
  });

  it("is not in one that was not asked for it, nor its keys", () => {
    const text = capture(storeOf(upgraded), false);
    expect(order(text, [...CLEAR, ...UNDER, ...RECORDS, KEY])).toEqual([...CLEAR, ...UNDER]);
  });

  it.each<readonly [string, Store]>([
    [
      "was more than the tap carries",
      storeOf(upgraded.toSpliced(9, 0, { type: "wire-lost", at: 6, flow: 1 })),
    ],
    [
      "began before anybody listened",
      storeOf([{ ...opens(1), joined: true } as FlowRecord, ...upgraded.slice(1)]),
    ],
    ["was never told", storeOf(upgraded.filter(({ type }) => type !== "wire" && type !== "keys"))],
  ])("leaves the clear text in its place where it %s", (_, store) => {
    const text = capture(store);
    expect(order(text, [...CLEAR, ...UNDER, ...RECORDS, KEY])).toEqual([...CLEAR, ...UNDER]);
  });

  it("shows a handshake that failed", () => {
    const failed = [...upgraded.slice(0, 8), { type: "closed", at: 9, flow: 1, reason: "io" } as const];
    expect(order(capture(storeOf(failed)), [...CLEAR, ...RECORDS])).toEqual([
      ...CLEAR,
      "<hello>",
      "<hello back>",
    ]);
  });

  it("counts among the octets that are kept, and goes whole when it is the oldest", () => {
    const clear = CLEAR.join("").length + UNDER.join("").length;
    const below = RECORDS.join("").length;
    expect(storeOf(upgraded).held.octets).toBe(clear + below);
    const lost = storeOf([...upgraded.slice(0, -1), { type: "wire-lost", at: 9, flow: 1 }]);
    expect(lost.held).toMatchObject({ octets: clear, forgotten: 0 });
    const { store, take } = storeWith({ maxOctets: 200 });
    take(...upgraded, opens(2), speaks(2, "smtp"), says(2, "in", `NOOP ${"x".repeat(168)}\r\n`));
    // What was said in clear before it, then all of it at its first chunk's turn.
    expect(store.sockets.get(1)?.wire).toMatchObject({ lost: true, chunks: [], keys: [] });
    expect(store.held.octets).toBeLessThanOrEqual(200);
    take(says(2, "in", `NOOP ${"y".repeat(300)}\r\n`));
    expect(store.held.octets).toBe(307);
  });

  it("keeps what is a line of a key log, and few of them", () => {
    const lines = Array.from({ length: 40 }, (_, nth) => keys(`${KEY}${nth % 10}${nth % 10}`));
    const told = storeOf([opens(1), keys("PASSWORD hunter2"), keys(`${KEY}\nCLIENT`), ...lines]);
    expect(told.sockets.get(1)?.wire?.keys).toHaveLength(16);
    expect(told.sockets.get(1)?.wire?.keys[0]).toBe(`${KEY}00`);
  });
});
