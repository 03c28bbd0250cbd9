import { describe, expect, it } from "vitest";
import { atOnce, Watch } from "../../src/files/quick.ts";

/** Tells who did the work; its clock goes on by what a call takes. */
class Disk {
  now = 1e9;
  #waits = 7;
  readonly #watch: Watch;

  constructor(counts = true) {
    this.#watch = new Watch(
      () => this.now,
      () => (counts ? this.#waits : 0),
    );
  }

  /** `waits`: for the disk; else somebody else had the processor. */
  call(ms: number, waits = true): Promise<string> {
    return atOnce(
      () => {
        this.now += ms;
        if (waits) this.#waits++;
        return "loop";
      },
      () => Promise.resolve("thread"),
      this.#watch,
    );
  }
}

describe("a call that the kernel answers from memory", () => {
  it.each([true, false])(
    "is made on the loop until two have waited for the disk; then threads do it fifty times as long (counted: %s)",
    async (counts) => {
      const disk = new Disk(counts);
      expect([await disk.call(0.1), await disk.call(0.4)]).toEqual(["loop", "loop"]);
      // Nobody had counted before it.
      expect([await disk.call(10), await disk.call(10)]).toEqual(["loop", "loop"]);
      expect(await disk.call(0.1)).toBe("thread");
      disk.now += 499;
      expect(await disk.call(0.1)).toBe("thread");
      disk.now += 2;
      // It goes on being counted: the next one that waits is enough.
      expect([await disk.call(0.1), await disk.call(20)]).toEqual(["loop", "loop"]);
      expect(await disk.call(0.1)).toBe("thread");
      disk.now += 20_000;
      expect([await disk.call(10), await disk.call(0.1)]).toEqual(["loop", "loop"]);
    },
  );

  it("is made there as well where it took long only because others had the processor", async () => {
    const disk = new Disk();
    for (let call = 0; call < 10; call++) expect(await disk.call(4, false)).toBe("loop");
    expect([await disk.call(4), await disk.call(0.1)]).toEqual(["loop", "thread"]);
  });

  it("that fails rejects, as a thread's does", async () => {
    const failing = atOnce(
      () => {
        throw new RangeError("no");
      },
      () => Promise.resolve(),
      new Watch(
        () => 2e9,
        () => 0,
      ),
    );
    await expect(failing).rejects.toThrow("no");
  });
});
