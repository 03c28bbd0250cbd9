import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** One project per workspace folder that has tests; its name is the folder's, as in Nx. */
const projects = ["libs", "apps", "tools"].flatMap((group) =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${group}/${entry.name}/test`))
    .map((entry) => ({
      extends: true as const,
      test: { name: entry.name, root: `${group}/${entry.name}`, include: ["test/**/*.test.ts"] },
    })),
);

export default defineConfig({
  ssr: { resolve: { conditions: ["@socketscope/source"] } },
  test: {
    projects,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
