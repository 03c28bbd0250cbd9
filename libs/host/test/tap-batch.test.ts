/** How often the other side of a tap is woken. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TapBatch } from "../src/tap-batch.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["performance", "setTimeout", "clearTimeout", "setImmediate", "clearImmediate"],
    }),
);
afterEach(() => void vi.useRealTimers());

it("writes at once after a rest, and then as often as it is told", () => {
  const written: number[] = [];
  const stream = { queued: 0, write: () => (written.push(performance.now()), true) };
  const batch = new TapBatch(stream, 65_536, 25);
  /** A chunk each millisecond. */
  function talk(milliseconds: number): number {
    const before = written.length;
    for (let at = 0; at < milliseconds; at++) {
      batch.octets({ at, flow: 1, direction: "in" }, Buffer.from("NOOP\r\n"));
      vi.advanceTimersByTime(1);
    }
    return written.length - before;
  }
  vi.advanceTimersByTime(1000);
  expect(talk(1)).toBe(1);
  expect(talk(1000)).toBe(40);
  batch.pause = 100;
  vi.advanceTimersByTime(1000);
  expect(talk(1)).toBe(1);
  expect(talk(1000)).toBe(10);
});

it.each([
  ["takes all at once", 0],
  ["takes it later", 1],
])("writes over nothing that the stream still holds, where the system %s", (_, queued) => {
  const held: Uint8Array[] = [];
  const stream = { queued: 0, write: (octets: Uint8Array) => (held.push(octets), false) };
  const batch = new TapBatch(stream, 65_536, 0);
  for (let at = 0; at < 100; at++) {
    stream.queued = queued;
    batch.octets({ at, flow: 1, direction: "in" }, Buffer.alloc(3000, at));
    batch.write();
  }
  const rooms = new Set(held.map(({ buffer }) => buffer));
  const last = held.map((octets) => octets.at(-1));
  if (queued > 0) expect(last).toEqual(Array.from({ length: 100 }, (_, at) => at));
  // The same room again and again: fresh memory is what costs.
  else expect(rooms.size).toBe(1);
});
