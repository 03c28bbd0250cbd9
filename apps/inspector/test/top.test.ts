/** The table of `inspector top`: what carries most comes first, and no peer's word can paint the screen. */
import { describe, expect, it } from "vitest";
import { tableOf } from "../src/terminal/top.ts";
import type { SocketView } from "../src/views.ts";

function socket(key: number, octets: number, more: Partial<SocketView> = {}): SocketView {
  return {
    key,
    source: 0,
    app: "web-server",
    transport: "tcp",
    local: { host: "127.0.0.1", port: 8080 },
    remote: { host: "127.0.0.1", port: 40_000 + key },
    protocol: "http",
    opened: 0,
    joined: false,
    octets: { in: 0, out: octets },
    missed: 0,
    messages: 2,
    faults: 0,
    ...more,
  };
}

const sockets = [
  socket(1, 5000),
  socket(2, 900, { closed: 5, client: "curl 8" }),
  socket(3, 100),
  socket(4, 50, { client: "\u001B[2J" }),
];
const keys = (table: string): number[] =>
  table
    .split("\n")
    .slice(2, -1)
    .map((line) => Number(line.slice(0, 6)));

describe("inspector top", () => {
  it("lists the busiest first, then the open ones, then the newest", () => {
    const before = new Map([
      [1, 5000],
      [2, 900],
      [3, 40],
    ]);
    expect(keys(tableOf(sockets, before, 10))).toEqual([3, 4, 1, 2]);
    expect(keys(tableOf(sockets, before, 2))).toEqual([3, 4]);
    expect(tableOf(sockets, before, 1)).toMatch(/ 100 +60 +2 +0\n$/);
  });

  it("says of rates that they are not known, where it looked once", () => {
    const table = tableOf(sockets, undefined, 10);
    expect(keys(table)).toEqual([4, 3, 1, 2]);
    expect(table).toMatch(/^4 sockets, 3 open\n/);
    expect(table).toMatch(/ 5000 +- +2 +0\n/);
  });

  it("shows a peer's words as text", () => {
    expect(tableOf(sockets, undefined, 10)).not.toContain("\u001B");
  });
});
