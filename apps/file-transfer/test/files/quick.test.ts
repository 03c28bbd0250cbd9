import { describe, expect, it } from "vitest";
import { atOnce } from "../../src/files/quick.ts";

/** Tells who did the work; its clock goes on by what a call takes. */
class Disk {
  now = 1e9;

  call(ms: number): Promise<string> {
    return atOnce(
      () => {
        this.now += ms;
        return "loop";
      },
      () => Promise.resolve("thread"),
      () => this.now,
    );
  }
}

describe("a call that the kernel answers from memory", () => {
  it("is made on the loop until one has waited for the disk; then threads do it fifty times as long", async () => {
    const disk = new Disk();
    expect([await disk.call(0.1), await disk.call(0.4)]).toEqual(["loop", "loop"]);
    expect(await disk.call(10)).toBe("loop");
    expect(await disk.call(0.1)).toBe("thread");
    disk.now += 499;
    expect(await disk.call(0.1)).toBe("thread");
    disk.now += 2;
    expect(await disk.call(0.1)).toBe("loop");
  });

  it("that fails rejects, as a thread's does", async () => {
    const failing = atOnce(
      () => {
        throw new RangeError("no");
      },
      () => Promise.resolve(),
      () => 2e9,
    );
    await expect(failing).rejects.toThrow("no");
  });
});
