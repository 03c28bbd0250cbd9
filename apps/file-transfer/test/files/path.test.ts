import { describe, expect, it } from "vitest";
import { resolvePath, splitPath } from "../../src/files/path.ts";

describe("paths", () => {
  it.each([
    ["/", "a", "/a"],
    ["/a", "b/c", "/a/b/c"],
    ["/a", "/b", "/b"],
    ["/a", "..", "/a/.."],
    ["/", "", "/"],
  ])("from %s %s is %s", (from, path, absolute) => {
    expect(resolvePath(from, path)).toBe(absolute);
  });

  it.each([
    ["/a/b", "/a", "b"],
    ["/a/b//", "/a", "b"],
    ["/a//b", "/a", "b"],
    ["/a", "/", "a"],
    ["/", "/", ""],
    ["//a", "/", "a"],
  ])("%s is in %s and named %s", (path, folder, name) => {
    expect(splitPath(path)).toEqual({ folder, name });
  });
});
