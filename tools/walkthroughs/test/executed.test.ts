/** Runs the walkthroughs of this workspace, a test for each step. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { endsWithUs, needing, realClient, workspaceRoot } from "@socketscope/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { findWalkthroughs, readWalkthrough, shareLeftOut } from "../src/find.ts";
import { describeFailure } from "../src/outcome.ts";
import { WalkthroughRun } from "../src/run.ts";
import { titleOf } from "../src/step.ts";

const walkthroughs = findWalkthroughs(workspaceRoot).map((path) => readWalkthrough(workspaceRoot, path));
/** Those that are lessons as well run in tools/workshop, where it is watched whether their checks tick. */
const lessons = walkthroughs.filter(({ path }) =>
  /^<!-- lesson \d/m.test(readFileSync(join(workspaceRoot, path), "utf8")),
);

for (const walkthrough of walkthroughs.filter((one) => !lessons.includes(one))) {
  const { path, steps } = walkthrough;
  const programs = ["bash", ...new Set(steps.flatMap((step) => step.needs))];
  // One that is missing leaves out the file: a step builds on those before it.
  const { missing } = realClient(...programs);
  describe(`runs ${path}`, () => {
    const run = new WalkthroughRun(walkthrough, { workspace: workspaceRoot, started: endsWithUs });
    afterAll(() => run[Symbol.asyncDispose]());
    for (const [index, step] of steps.entries()) {
      if (step.leftOut !== undefined && !step.leftOut.except.includes(process.platform)) continue;
      needing(missing).it(
        `${path}:${step.line} ${titleOf(step)}`,
        async () => {
          const outcome = await run.step(index);
          if (outcome.state === "failed") expect.fail(describeFailure(path, step, outcome));
        },
        (step.timeout + 20) * 1000,
      );
    }
  });
}

describe("the walkthroughs of this workspace", () => {
  it("leave out less than a tenth of their steps", () => {
    expect(shareLeftOut(walkthroughs)).toBeLessThan(0.1);
  });
});
