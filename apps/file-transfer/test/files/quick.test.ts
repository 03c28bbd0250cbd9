import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, mayWrite, readFully, Watch, writeNow } from "../../src/files/quick.ts";
import { accountOf, readAccount } from "../../src/files/waiting.ts";

/** Tells who did the work; its clock goes on by what a call takes. */
class Disk {
  now = 1e9;
  #waits = 7;
  #delay = 1e6;
  readonly #watch: Watch;

  constructor(counts = true) {
    this.#watch = new Watch(
      () => this.now,
      () => ({ waits: counts ? this.#waits : 0, delay: this.#delay }),
    );
  }

  /** `others`: ms of it in which somebody else had the processor; the rest it waits for the disk, unless it `works`. */
  call(ms: number, { others = 0, works = false } = {}): Promise<string> {
    return atOnce(
      () => {
        this.now += ms;
        this.#delay += others;
        if (!works) this.#waits++;
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
    for (let call = 0; call < 10; call++) expect(await disk.call(4, { others: 3.9 })).toBe("loop");
    for (let call = 0; call < 10; call++) expect(await disk.call(4, { works: true })).toBe("loop");
    expect([await disk.call(4, { others: 3 }), await disk.call(0.1)]).toEqual(["loop", "thread"]);
  });

  it("has an account of the thread that makes it, of which time on the processor is no part", () => {
    expect(readAccount("8161910 41523253 4\n")).toEqual({ waits: 4, delay: 41.523253 });
    const before = accountOf();
    // The thread gives its processor up.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    const after = accountOf();
    expect(after.waits).toBeGreaterThan(before.waits);
    expect(after.delay).toBeGreaterThanOrEqual(before.delay);
  });

  it("that fails rejects, as a thread's does", async () => {
    const failing = atOnce(
      () => {
        throw new RangeError("no");
      },
      () => Promise.resolve(),
      new Watch(
        () => 2e9,
        () => ({ waits: 0, delay: 0 }),
      ),
    );
    await expect(failing).rejects.toThrow("no");
  });
});

describe("a file", () => {
  it("is read to its end, wherever that was a moment ago", async () => {
    const folder = mkdtempSync(join(tmpdir(), "socketscope-quick-"));
    const descriptor = openSync(join(folder, "file"), "w+");
    onTestFinished(() => {
      closeSync(descriptor);
      rmSync(folder, { recursive: true });
    });
    expect(mayWrite(10)).toBe(true);
    writeNow(descriptor, Buffer.from("01234"), 0);
    writeNow(descriptor, Buffer.from("56789"), 5);
    expect(readFileSync(join(folder, "file"), "latin1")).toBe("0123456789");
    for (const end of [0, 5, 10, 15, undefined]) {
      const into = Buffer.alloc(20, "-");
      expect(await readFully(descriptor, into, 3, end)).toBe(7);
      expect(into.toString("latin1")).toBe("3456789-------------");
    }
  });

  it("is written on the loop in pieces of some size only", () => {
    expect([mayWrite(128 * 1024), mayWrite(1024 * 1024)]).toEqual([true, false]);
  });
});
