/** What watches does not take the processor from what is watched. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { needing, spawnApp } from "@socketscope/testkit";
import { expect, it } from "vitest";

/** Of its threads: field 19 of stat (proc(5)), counted after the name. */
function nicenessOf(pid: number): ReadonlySet<number> {
  const folder = `/proc/${pid}/task`;
  const stats = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/stat`, "latin1"));
  return new Set(stats.map((stat) => Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16])));
}

const missing = existsSync("/proc/self/task") ? undefined : "Linux";
needing(missing).describe("the inspector", () => {
  it("steps back with all its threads, and as far as it is told", async () => {
    await using inspector = await spawnApp("inspector");
    expect(nicenessOf(inspector.process.pid)).toEqual(new Set([10]));
    await using other = await spawnApp("inspector", ["--priority", "3"]);
    expect(nicenessOf(other.process.pid)).toEqual(new Set([3]));
  });
});
