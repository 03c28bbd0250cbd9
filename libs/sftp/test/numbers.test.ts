/** What flags and modes are called. */
import { expect, it } from "vitest";
import { flagNames, kindOf, OPEN_FLAGS } from "../src/index.ts";

it("flags have names, and what has none is shown", () => {
  expect(flagNames(0x1a, OPEN_FLAGS)).toEqual(["WRITE", "CREATE", "TRUNCATE"]);
  expect(flagNames(0x80000041, OPEN_FLAGS)).toEqual(["READ", "0x80000040"]);
});

it("permissions say what a file is", () => {
  expect([0o100644, 0o40755, 0o120777, 0o20620].map((permissions) => kindOf({ permissions }))).toEqual([
    "file",
    "folder",
    "link",
    "other",
  ]);
  expect(kindOf({})).toBeUndefined();
});
