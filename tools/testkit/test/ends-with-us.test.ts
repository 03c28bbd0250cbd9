/** What a test has started ends with it, also where it is killed. */
import { once } from "node:events";
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { run, workspaceRoot } from "../src/index.ts";

/** Starts a program by `Spawned`, and another one that has a child in a group of its own, and says their numbers. */
const STARTS = `
import { Spawned } from "@socketscope/testkit";
const plain = new Spawned("sleep", ["600"]);
const deaf = new Spawned("sh", ["-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]);
await deaf.line();
const over = new Spawned("true", []);
await over.exited;
console.log(plain.pid, deaf.pid);
await new Promise(() => setInterval(() => undefined, 1000));
`;

async function states(pids: readonly string[]): Promise<string> {
  return (await run("ps", ["-o", "stat=", "-p", pids.join(",")])).text.trim();
}

it("ends when who started it is killed", async () => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=@socketscope/source", "--input-type=module", "-e", STARTS],
    { cwd: `${workspaceRoot}/tools/workshop`, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [said]: unknown[] = await once(child.stdout, "data");
  const pids = String(said).trim().split(" ");
  expect(pids).toHaveLength(2);
  expect((await states(pids)).split("\n")).toHaveLength(2);
  child.kill("SIGKILL");
  await expect.poll(() => states(pids)).toBe("");
});
