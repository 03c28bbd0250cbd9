/** What `doctor` and README say of ports, held against the options of the servers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceRoot } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { cure, needed, PORTS } from "../src/doctor.ts";
import { findLessons } from "../src/find.ts";

const read = (file: string): string => readFileSync(join(workspaceRoot, file), "utf8");

/** The ports that a server takes when it is told none. */
function portsOf(app: string): number[] {
  const options = read(`apps/${app}/src/options.ts`);
  return [
    ...options.matchAll(/portOrOff\(read, "[\w-]*port", (\d+)/g),
    ...options.matchAll(/"port", kinds\.port, \{.*default: (\d+)/g),
  ].map(([, port]) => Number(port));
}

const apps = ["web-server", "mail-relay", "file-transfer", "video-streamer", "inspector"];

describe("the ports of npm start", () => {
  it("are all looked at", () => {
    expect(PORTS.toSorted()).toEqual(apps.flatMap(portsOf).toSorted());
  });

  it.each(apps)("of %s stand in README's table", (app) => {
    const row = read("README.md")
      .split("\n")
      .find((line) => line.startsWith("| [") && line.includes(`](apps/${app}/README.md) | `));
    for (const port of portsOf(app)) expect(row).toMatch(new RegExp(`\\b${port}\\b`));
  });
});

describe("the programs of the lessons", () => {
  it.each(needed({ root: workspaceRoot, lessons: findLessons(workspaceRoot) }))(
    "%s has a line for Debian that brings it",
    (name) => {
      expect(cure(name, "debian")).toMatch(/sudo apt-get install \S+$/);
    },
  );

  it.each([
    ["swaks", "debian", "sudo apt-get install swaks"],
    ["swaks", "macos", "brew install swaks"],
    ["swaks", "windows", "in WSL"],
    ["ss", "macos", "npm run socket -- table"],
    ["unheard-of", "debian", "install unheard-of"],
  ] as const)("%s on %s is brought by a line", (name, system, line) => {
    expect(cure(name, system)).toContain(line);
  });
});
