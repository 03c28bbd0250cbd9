import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileCache } from "../src/file-cache.ts";

describe("FileCache", () => {
  it("keeps what is used, lets go of what is not", () => {
    const cache = new FileCache({ octets: 1000, entries: 3 });
    for (const name of ["a", "b", "c"]) cache.set(name, { octets: 10 });
    cache.get("a");
    cache.set("d", { octets: 10 });
    expect(["a", "b", "c", "d"].filter((name) => cache.get(name))).toEqual(["a", "c", "d"]);
  });

  it("does not take what can never fit", () => {
    const cache = new FileCache({ octets: 100, entries: 3 });
    cache.set("a", { octets: 50 });
    cache.set("b", { octets: 200 });
    expect([cache.get("a")?.octets, cache.get("b"), cache.octets]).toEqual([50, undefined, 52]);
    expect(new FileCache({ octets: 100, entries: 0 }).size).toBe(0);
  });

  it("stays within both limits and counts right, whatever is done", () => {
    const step = fc.record({
      name: fc.constantFrom("a", "bb", "ccc", "dddd", "eeeee"),
      octets: fc.nat(60),
      what: fc.constantFrom("set", "get", "delete"),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const cache = new FileCache({ octets: 100, entries: 3 });
        for (const { name, octets, what } of steps) {
          if (what === "set") cache.set(name, { octets });
          else if (what === "get") cache.get(name);
          else cache.delete(name);
          expect(cache.octets).toBeLessThanOrEqual(100);
          expect(cache.size).toBeLessThanOrEqual(3);
        }
        const names = ["a", "bb", "ccc", "dddd", "eeeee"];
        const sum = names.reduce(
          (total, name) => total + (cache.get(name) ? cache.get(name)!.octets + 2 * name.length : 0),
          0,
        );
        expect(cache.octets).toBe(sum);
      }),
    );
  });
});
