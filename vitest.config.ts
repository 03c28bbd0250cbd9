import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** One project per workspace folder that has tests; its name is the folder's, as in Nx. */
const projects = ["libs", "apps", "tools"].flatMap((group) =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${group}/${entry.name}/test`))
    .map((entry) => ({
      extends: true as const,
      test: {
        name: entry.name,
        root: `${group}/${entry.name}`,
        include: ["test/**/*.test.ts"],
        isolate: !isPure(`${group}/${entry.name}`),
      },
    })),
);

/** A PURE library has no state that one test file could leave to the next: all of its files run in one process. */
function isPure(folder: string): boolean {
  return /"layer:(?:wire|protocol)"/.test(readFileSync(`${folder}/package.json`, "utf8"));
}

export default defineConfig({
  ssr: { resolve: { conditions: ["@socketscope/source"] } },
  test: {
    projects,
    // The inspector steps back for whoever else computes; here that would be the test that waits for it.
    env: { SOCKETSCOPE_PRIORITY: "0" },
    // Vitest takes one worker less than there are cores; here most of a test's time is spent in other programs.
    maxWorkers: Math.max(2, availableParallelism()),
    // No test waits that long for what comes, on a machine that has much else to do neither: these end one that waits
    // for what never comes. Inside out, so that what is told is what did not come: a poll, a program (testkit), the test.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
