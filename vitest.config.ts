import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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

/** They take longest, so they come first, longest before all: else one of them is still at work when all others are done. */
const longest = [
  "tools/workshop/test/lessons.test.ts",
  "apps/video-streamer/test/players.test.ts",
  "tools/walkthroughs/test/readme.test.ts",
  "apps/inspector/test/page/page.test.ts",
  "tools/socket/test/socket.test.ts",
  "tools/workshop/test/wrong-tries.test.ts",
  "apps/web-server/test/demo/pages.test.ts",
  "tools/crash/test/crash.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return at === -1 ? longest.length : at;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- that of a sequencer, not of an array
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  ssr: { resolve: { conditions: ["@socketscope/source"] } },
  test: {
    projects,
    sequence: { sequencer: LongestFirst },
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
