/** What SECURITY.md promises is shown by tests: do they exist under those names? */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../.github", import.meta.url));
const rows = readFileSync(join(folder, "SECURITY.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|") && line.includes(".test.ts"));

describe("SECURITY.md", () => {
  it("has a row for each of the five", () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)("names a test that exists: %s", (row) => {
    const file = resolve(folder, /\]\(([^)]+\.test\.ts)\)/.exec(row)?.[1] ?? "");
    expect(existsSync(file), file).toBe(true);
    const source = readFileSync(file, "utf8");
    const names = [...row.slice(row.lastIndexOf(".test.ts)")).matchAll(/"([^"]+)"/g)].map(
      ([, name = ""]) => name,
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(source).toContain(name);
  });
});
