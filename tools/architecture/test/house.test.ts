import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check } from "../src/check.ts";
import { rules } from "../src/violation.ts";
import { readWorkspace } from "../src/workspace.ts";

describe("the house", () => {
  const workspace = readWorkspace(fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, ""));
  const violations = check(workspace);

  it("has been read", () => {
    expect(workspace.packages.map((one) => one.folder)).toContain("libs/wire");
  });

  it.each(Object.entries(rules))("%s: %s", (rule) => {
    expect(violations.filter((one) => one.rule === rule)).toEqual([]);
  });
});
