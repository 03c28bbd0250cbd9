/** Who waits for whom, without a disk: work that ends when the test says so. */
import { describe, expect, it } from "vitest";
import { InOrder, Turns } from "../../src/sftp/turns.ts";

class Work {
  readonly log: string[] = [];
  readonly #ends = new Map<string, (how: "well" | "badly") => void>();

  /** Begins when it is called, ends by {@link end}. */
  readonly begin = (name: string) => (): Promise<string> => {
    this.log.push(`${name} begins`);
    return new Promise((resolve, reject) => {
      this.#ends.set(name, (how) => {
        if (how === "well") resolve(name);
        else reject(new Error(name));
      });
    });
  };

  async end(name: string, how: "well" | "badly" = "well"): Promise<void> {
    this.#ends.get(name)?.(how);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe("turns", () => {
  it("run beside each other, and alone behind all that came before", async () => {
    const work = new Work();
    const turns = new Turns();
    const runs = [
      turns.beside(work.begin("a")),
      turns.beside(work.begin("b")),
      turns.alone(work.begin("close")),
      turns.beside(work.begin("late")),
    ];
    expect(work.log).toEqual(["a begins", "b begins"]);
    await work.end("b", "badly");
    expect(work.log).toHaveLength(2);
    await work.end("a");
    expect(work.log.slice(2)).toEqual(["close begins"]);
    await work.end("close");
    expect(work.log.slice(3)).toEqual(["late begins"]);
    await work.end("late");
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });
});

it("outcomes are told in the order of the questions, whatever fails on the way", async () => {
  const work = new Work();
  const order = new InOrder();
  const told: string[] = [];
  for (const name of ["a", "b", "c"])
    void order.after(work.begin(name)()).then(
      () => told.push(name),
      () => told.push(`${name} failed`),
    );
  await work.end("c");
  await work.end("b", "badly");
  expect(told).toEqual([]);
  await work.end("a");
  expect(told).toEqual(["a", "b failed", "c"]);
});
