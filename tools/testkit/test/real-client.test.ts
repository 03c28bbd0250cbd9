import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProgram, programPath, realClient } from "../src/real-client.ts";
import { run } from "../src/run.ts";
import { workspaceRoot } from "../src/app.ts";

describe("programs", () => {
  it("are found as the shell finds them", async () => {
    expect(findProgram("sh")).toBe((await run("sh", ["-c", "command -v sh"])).text.trim());
    expect(findProgram("no-such-program")).toBeUndefined();
    expect(() => programPath("no-such-program")).toThrow("no-such-program is not installed");
  });
});

/** The suite as a user and as CI would see it, in a vitest of its own. */
async function outcome(ci: boolean) {
  const folder = join(workspaceRoot, "tools/testkit/test/fixtures");
  const config = join(folder, "missing-client.vitest.ts");
  const { text, code } = await run(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--config", config, "--reporter=json"],
    { cwd: workspaceRoot, env: { CI: String(ci) } },
  );
  const report: unknown = JSON.parse(text.slice(text.indexOf("{")));
  return { code, report };
}

describe("a test that needs a program", () => {
  realClient("sh").describe("which is there", () => {
    it("runs", async () => {
      expect((await run("sh", ["-c", "echo here"])).text).toBe("here\n");
    });
  });

  it("is skipped for a user, with the reason in its name", async () => {
    const { code, report } = await outcome(false);
    expect(code).toBe(0);
    expect(report).toMatchObject({ numPendingTests: 2, numFailedTests: 0, numPassedTests: 1 });
    expect(JSON.stringify(report)).toContain("skipped: no-such-program is not installed");
  });

  it("fails in CI", async () => {
    const { code, report } = await outcome(true);
    expect(code).not.toBe(0);
    expect(report).toMatchObject({ numPendingTests: 0, numFailedTests: 2, numPassedTests: 1 });
    expect(JSON.stringify(report)).toContain("in CI nothing may be skipped");
  });
});
