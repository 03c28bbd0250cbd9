/** How busy a program is, as its tap sees it. */
import { expect, it } from "vitest";
import { ProgramLoad } from "../src/program-load.ts";

it("is busy while more than half of its time is used, as seen ten times a second", () => {
  let used = 0.9;
  let asked = 0;
  const load = new ProgramLoad(() => {
    asked += 1;
    return used;
  });
  expect(load.isBusy(1000)).toBe(true);
  used = 0.1;
  // Too soon to look again.
  expect(load.isBusy(1099)).toBe(true);
  expect(load.isBusy(1100)).toBe(false);
  expect(asked).toBe(2);
});

it("knows it of its own event loop", async () => {
  const load = new ProgramLoad();
  // The loop's first turn is over from here on, and its use is counted.
  await new Promise((resolve) => setTimeout(resolve, 1));
  load.isBusy(1000);
  const until = performance.now() + 20;
  while (performance.now() < until);
  expect(load.isBusy(2000)).toBe(true);
});
