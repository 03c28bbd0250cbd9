/** What SECURITY.md promises is shown by tests: do they exist under those names? */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../.github", import.meta.url));
const text = readFileSync(join(folder, "SECURITY.md"), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| against |"));

describe("SECURITY.md", () => {
  it("has rows for each of the five servers, and for all of them", () => {
    expect(rows.length).toBeGreaterThan(30);
    for (const head of [
      "All of them",
      "Web server",
      "Mail relay",
      "File transfer server",
      "Video streamer",
      "Inspector",
    ])
      expect(text).toMatch(new RegExp(`^## ${head}\\n\\n\\| against `, "m"));
  });

  it.each(rows)("names tests that exist: %s", (row) => {
    // [file.test.ts](../its/place) "its name", "another", [next.test.ts](…) "…"
    const files = [...row.matchAll(/\]\(([^)]+\.test\.ts)\)((?: "[^"]+",?)+)/g)];
    expect(files.length).toBe(row.split(".test.ts)").length - 1);
    expect(files.length).toBeGreaterThan(0);
    for (const [, place = "", named = ""] of files) {
      const source = readFileSync(resolve(folder, place), "utf8");
      for (const [, name = ""] of named.matchAll(/"([^"]+)"/g)) expect(source).toContain(name);
    }
  });
});
