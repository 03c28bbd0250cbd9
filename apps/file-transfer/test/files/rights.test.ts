/** What each kind of account may: every operation, on what is there and on what is not. */
import { describe, expect, it } from "vitest";
import type { Access } from "../../src/accounts/login.ts";
import type { FileSystem } from "../../src/files/file-system.ts";
import { defaultFileLimits } from "../../src/files/files.ts";
import { entries, get, names, outcome, partialsIn, put, testHome } from "./home.ts";

type Verdict = "fine" | "forbidden" | "exists";

const cases: readonly (readonly [
  string,
  (files: FileSystem) => Promise<unknown>,
  readOnly: Verdict,
  uploadOnly: Verdict,
])[] = [
  ["stat", (files) => files.stat("/f"), "fine", "fine"],
  ["lstat", (files) => files.lstat("/l"), "fine", "fine"],
  ["list", (files) => entries(files, "/"), "fine", "fine"],
  ["readLink", (files) => files.readLink("/l"), "fine", "fine"],
  ["realPath", (files) => files.realPath("/l"), "fine", "fine"],
  ["space", (files) => files.space("/"), "fine", "fine"],
  ["read", (files) => get(files, "/f"), "fine", "forbidden"],
  ["hash", (files) => files.hash("/f", "md5"), "fine", "forbidden"],
  ["a new file", (files) => put(files, "/new", ""), "forbidden", "fine"],
  ["a new file, exclusively", (files) => put(files, "/new", "", { how: "create" }), "forbidden", "fine"],
  ["a unique file", (files) => put(files, "/f", "", { how: "unique" }), "forbidden", "fine"],
  ["replace", (files) => put(files, "/f", ""), "forbidden", "exists"],
  ["replace through a link", (files) => put(files, "/l", ""), "forbidden", "exists"],
  ["append", (files) => put(files, "/f", "", { how: "append" }), "forbidden", "exists"],
  ["write in place", (files) => put(files, "/f", "", { how: "in-place" }), "forbidden", "exists"],
  [
    "resume a whole file",
    (files) => put(files, "/f", "", { how: "resume", offset: 1 }),
    "forbidden",
    "exists",
  ],
  ["make a folder", (files) => files.makeFolder("/new"), "forbidden", "fine"],
  ["remove a folder", (files) => files.removeFolder("/d"), "forbidden", "forbidden"],
  ["remove", (files) => files.remove("/f"), "forbidden", "forbidden"],
  ["rename", (files) => files.rename("/f", "/g", { replace: false }), "forbidden", "forbidden"],
  ["symlink", (files) => files.symlink("f", "/new"), "forbidden", "forbidden"],
  ["hard link", (files) => files.hardlink("/f", "/new"), "forbidden", "forbidden"],
  ["mode", (files) => files.setMode("/f", 0o600), "forbidden", "forbidden"],
  ["times", (files) => files.setTimes("/f", { modified: 0 }), "forbidden", "forbidden"],
  ["size", (files) => files.setSize("/f", 0), "forbidden", "forbidden"],
  ["another's file", (files) => files.setOwner("/f", 4711, 4711), "forbidden", "forbidden"],
];

/** All but the time of the last look, which looking changes. */
async function seen(files: FileSystem): Promise<unknown> {
  return (await entries(files, "/")).map((entry) => ({ ...entry, stat: { ...entry.stat, accessed: 0 } }));
}

describe.each(cases)("%s", (what, operation, readOnly, uploadOnly) => {
  it.each<[Access, Verdict]>([
    ["full", "fine"],
    ["read-only", readOnly],
    ["upload-only", uploadOnly],
  ])("with %s: %s", async (access, expected) => {
    const home = testHome();
    const owner = await home.view();
    await put(owner, "/f", "content");
    await owner.makeFolder("/d");
    await owner.symlink("f", "/l");
    const before = await seen(owner);
    const files = await home.view({ user: "eve", access });
    // Nobody gives files away, whatever else they may.
    const wanted = what === "another's file" ? "forbidden" : expected;
    expect(await outcome(operation(files))).toBe(wanted);
    if (wanted !== "fine") expect(await seen(owner)).toEqual(before);
    expect(await get(owner, "/f").catch(() => "gone")).toMatch(
      access === "full" ? /^(content|gone|c|)$/ : /^content$/,
    );
    expect(partialsIn(home.path)).toEqual([]);
  });
});

it("a letter box takes the rest of a broken upload, and tells its size to nobody else", async () => {
  const home = testHome();
  const files = await home.view({ access: "upload-only" });
  const writer = await files.openToWrite("/a", { how: "replace" });
  await writer.write(Buffer.from("half"));
  await writer.abandon("keep");
  expect((await files.stat("/a")).size).toBe(4);
  expect(await outcome((await home.view({ user: "eve", access: "upload-only" })).stat("/a"))).toBe(
    "not-found",
  );
  await put(files, "/a", " more", { how: "append" });
  expect(await outcome(put(files, "/a", "again"))).toBe("exists");
  expect(await get(await home.view({ user: "bob" }), "/a")).toBe("half more");
});

it("one login holds so many files open and no more", async () => {
  const home = testHome({ limits: { ...defaultFileLimits, open: 3 } });
  const files = await home.view();
  await put(files, "/a", "a");
  const open = await Promise.all([
    files.openToRead("/a"),
    files.list("/"),
    files.openToWrite("/b", { how: "replace" }),
  ]);
  for (const more of [files.openToRead("/a"), files.list("/"), files.openToWrite("/c", { how: "replace" })])
    expect(await outcome(more)).toBe("too-many-open");
  await open[0].close();
  expect(await outcome(files.openToRead("/a"))).toBe("fine");
  await files.close();
  expect(await names(await home.view(), "/")).toEqual(["a"]);
});
