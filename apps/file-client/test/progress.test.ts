import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Progress } from "../src/progress.ts";

const MiB = 1024 * 1024;

/** Somebody looks at it, in so many columns. */
class Screen extends PassThrough {
  readonly isTTY: boolean;
  readonly columns: number;
  constructor(isTTY = true, columns = 80) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }
  /** What stands there now: each line is drawn over the last one. */
  get line(): string {
    const written: unknown = this.read();
    const text = Buffer.isBuffer(written) ? written.toString() : "";
    return text.split("\r\u001b[K").at(-1) ?? "";
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the line of progress", () => {
  it("says the part, the rate and the time left of one file; what was there before has no rate", () => {
    const screen = new Screen();
    const progress = new Progress(screen, true);
    progress.start("film.mp4", 100 * MiB, 50 * MiB);
    vi.advanceTimersByTime(2000);
    progress.add(10 * MiB);
    expect(screen.line).toBe("60 %  5.0 MiB/s  8 s left  60.0 MiB  film.mp4");
    // Not for every piece.
    progress.add(1);
    expect(screen.line).toBe("");
    vi.advanceTimersByTime(8000);
    progress.add(40 * MiB - 1);
    expect(screen.line).toBe("100 %  5.0 MiB/s  0 s left  100.0 MiB  film.mp4");
    progress.clear();
    expect(screen.line).toBe("");
    expect(progress.summary(1)).toBe("1 file, 50.0 MiB in 10.00 s, 5.0 MiB/s");
  });

  it("counts files where there are many, and says nothing of an end that nobody knows", () => {
    const screen = new Screen();
    const many = new Progress(screen, true);
    many.expect(3, 3000 * MiB);
    many.start("a", MiB, 0);
    many.fileDone();
    screen.read();
    vi.advanceTimersByTime(1000);
    many.add(MiB);
    expect(screen.line).toBe("1 of 3 files  0 %  1.0 MiB/s  49 min 59 s left  1.0 MiB  a");
    const unknown = new Progress(screen, true);
    unknown.start("b", undefined, 0);
    vi.advanceTimersByTime(1000);
    unknown.add(512);
    expect(screen.line).toBe("512 B/s  512 B  b");
  });

  it("fits the screen, and a server's name for a file gives the terminal no order", () => {
    const screen = new Screen(true, 40);
    const progress = new Progress(screen, true);
    progress.start(`a\u001b]0;mine\u0007\r\n${"x".repeat(100)}`, undefined, 0);
    vi.advanceTimersByTime(1000);
    progress.add(1024);
    const { line } = screen;
    expect(line).toHaveLength(39);
    expect(line).toMatch(/^1\.0 KiB\/s {2}1\.0 KiB {2}a[^\p{Cc}]+$/u);
  });

  it.each([
    ["nobody looks", false, true],
    ["nobody wants it", true, false],
  ])("is not there where %s", (_, isTTY, shown) => {
    const screen = new Screen(isTTY);
    const progress = new Progress(screen, shown);
    progress.start("a", 10, 0);
    vi.advanceTimersByTime(1000);
    progress.add(5);
    progress.clear();
    expect(screen.read()).toBeNull();
  });
});
