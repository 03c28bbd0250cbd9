/** Nothing outside the home is read, written, listed or removed, whatever the path and whatever stands on it. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileSystem } from "../../src/files/file-system.ts";
import { descriptorsBelow, entries, get, names, outcome, put, testHome, type TestHome } from "./home.ts";

const SECRET = "a secret";

function makeOutside({ outside, path }: TestHome): void {
  mkdirSync(path, { recursive: true });
  mkdirSync(join(outside, "deep"), { recursive: true });
  writeFileSync(join(outside, "secret"), SECRET);
  writeFileSync(join(outside, "deep", "secret"), SECRET);
}

/** Every file outside, with its content. */
function outsideNow({ outside }: TestHome): Record<string, string> {
  const files = readdirSync(outside, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files.map((file) => [
      join(file.parentPath, file.name),
      file.isFile() ? readFileSync(join(file.parentPath, file.name), "utf8") : "folder",
    ]),
  );
}

/** Every operation, on a path that should lead nowhere. */
const operations: Record<string, (files: FileSystem, path: string) => Promise<unknown>> = {
  stat: (files, path) => files.stat(path),
  list: (files, path) => entries(files, path),
  realPath: (files, path) => files.realPath(path),
  read: (files, path) => get(files, path),
  replace: (files, path) => put(files, path, "evil"),
  append: (files, path) => put(files, path, "evil", { how: "append" }),
  resume: (files, path) => put(files, path, "evil", { how: "resume", offset: 3 }),
  "in place": (files, path) => put(files, path, "evil", { how: "in-place" }),
  create: (files, path) => put(files, path, "evil", { how: "create" }),
  unique: (files, path) => put(files, path, "evil", { how: "unique" }),
  "make a folder": (files, path) => files.makeFolder(path),
  "remove a folder": (files, path) => files.removeFolder(path),
  remove: (files, path) => files.remove(path),
  "rename from": (files, path) => files.rename(path, "/got", { replace: true }),
  "rename to": (files, path) => files.rename("/mine", path, { replace: true }),
  "rename to what is free": (files, path) => files.rename("/mine", path, { replace: false }),
  symlink: (files, path) => files.symlink("x", path),
  "hard link from": (files, path) => files.hardlink(path, "/got"),
  "hard link to": (files, path) => files.hardlink("/mine", path),
  mode: (files, path) => files.setMode(path, 0o777),
  times: (files, path) => files.setTimes(path, { modified: 0 }),
  size: (files, path) => files.setSize(path, 0),
  owner: (files, path) => files.setOwner(path, 4, 4),
  space: (files, path) => files.space(path),
  hash: (files, path) => files.hash(path, "sha256"),
};

function operation(name: string): (files: FileSystem, path: string) => Promise<unknown> {
  return operations[name] ?? expect.unreachable(name);
}

describe.each([true, false])("a home (descriptors: %s)", (descriptors) => {
  it.each(Object.keys(operations))("%s leads nowhere through a link that leaves it", async (name) => {
    const home = testHome({ descriptors });
    makeOutside(home);
    symlinkSync("../outside", join(home.path, "up"));
    symlinkSync("up", join(home.path, "twice"));
    mkdirSync(join(home.path, "d"));
    symlinkSync("../../outside/deep", join(home.path, "d", "deep"));
    const files = await home.view();
    await put(files, "/mine", "mine");
    const before = outsideNow(home);
    for (const path of ["/up/secret", "/twice/secret", "/d/deep/secret", "/up/deep/../secret", "/up/new"])
      expect(await outcome(operation(name)(files, path))).toBe("outside");
    expect(outsideNow(home)).toEqual(before);
    expect(await get(files, "/mine")).toBe("mine");
  });

  it.each(["stat", "list", "realPath", "read", "replace", "append", "in place", "hard link from", "hash"])(
    "%s does not follow a last link that leaves it",
    async (name) => {
      const home = testHome({ descriptors });
      makeOutside(home);
      symlinkSync("../outside/secret", join(home.path, "l"));
      symlinkSync("../outside", join(home.path, "dir"));
      const files = await home.view();
      const before = outsideNow(home);
      for (const path of ["/l", "/dir", "/dir/"])
        expect(await outcome(operation(name)(files, path))).toBe("outside");
      expect(outsideNow(home)).toEqual(before);
    },
  );

  it("takes such a link for itself where the link is meant", async () => {
    const home = testHome({ descriptors });
    makeOutside(home);
    symlinkSync("../outside/secret", join(home.path, "l"));
    const files = await home.view();
    const before = outsideNow(home);
    expect((await files.lstat("/l")).kind).toBe("link");
    expect(await files.readLink("/l")).toBe("../outside/secret");
    expect((await entries(files, "/"))[0]).toMatchObject({ name: "l", target: "../outside/secret" });
    await files.setTimes("/l", { modified: 1000 }, { follow: false });
    expect(await outcome(files.setMode("/l", 0o777, { follow: false }))).toBe("unsupported");
    await files.rename("/l", "/m", { replace: false });
    await files.remove("/m");
    expect(outsideNow(home)).toEqual(before);
    expect(await names(files, "/")).toEqual([]);
  });

  it("follows links that stay in it; absolute ones begin at the home", async () => {
    const home = testHome({ descriptors });
    const files = await home.view();
    await files.makeFolder("/a");
    await files.makeFolder("/a/b");
    await put(files, "/a/b/f", "found");
    await files.symlink("/a/b", "/absolute");
    await files.symlink("b", "/a/relative");
    await files.symlink("../a/relative/../b/f", "/a/winding");
    await files.symlink("absolute", "/chain");
    for (const path of [
      "/absolute/f",
      "/a/relative/f",
      "/a/winding",
      "/chain/f",
      "/chain/../b/f",
      "/../../a/b/f",
      "//a/./b//f",
    ]) {
      expect([path, await get(files, path)]).toEqual([path, "found"]);
      expect(await files.realPath(path)).toBe("/a/b/f");
    }
    expect(await files.realPath("/chain/..")).toBe("/a");
    expect(await files.realPath("/..")).toBe("/");
    expect(await names(files, "/chain/")).toEqual(["f"]);
    symlinkSync("/etc/passwd", join(home.path, "passwd"));
    expect(await outcome(get(files, "/passwd"))).toBe("not-found");
  });

  it.each([
    ["../x", "/l", "outside"],
    ["a/../../x", "/l", "outside"],
    ["/../x", "/l", "outside"],
    ["../x", "/d/l", "fine"],
    ["/etc/passwd", "/l", "fine"],
    ["", "/l", "bad-name"],
    ["a\0b", "/l", "bad-name"],
  ])("a link to %j at %s is %s", async (target, path, expected) => {
    const home = testHome({ descriptors });
    const files = await home.view();
    await files.makeFolder("/d");
    expect(await outcome(files.symlink(target, path))).toBe(expected);
  });

  it("has an end to links", async () => {
    const home = testHome({ descriptors });
    const files = await home.view();
    await files.symlink("/b", "/a");
    await files.symlink("/a", "/b");
    await files.symlink("self", "/self");
    for (const path of ["/a", "/a/x", "/self", "/self/x"])
      expect(await outcome(files.stat(path))).toBe("too-many-links");
  });

  it("cannot be removed, renamed, replaced", async () => {
    const home = testHome({ descriptors });
    const files = await home.view();
    await files.makeFolder("/d");
    for (const path of ["/", "", ".", "/..", "/d/..", "//."]) {
      expect(await outcome(files.removeFolder(path))).toBe("denied");
      expect(await outcome(files.remove(path))).toBe("is-a-folder");
      expect(await outcome(files.rename(path, "/x", { replace: true }))).toBe("denied");
      expect(await outcome(files.rename("/d", path, { replace: true }))).toBe("denied");
      expect(await outcome(put(files, path, ""))).toBe("is-a-folder");
      expect(await outcome(files.makeFolder(path))).toBe("exists");
    }
  });
});

describe("names", () => {
  const longest = "n".repeat(255);
  it.each([
    ["NUL", "/a\0b", "bad-name"],
    ["no octets", "/a\ud800b", "bad-name"],
    ["our hidden folder", "/.socketscope-partials", "bad-name"],
    ["in our hidden folder", "/.socketscope-partials/x", "bad-name"],
    ["a component of 256 octets", `/${"n".repeat(256)}`, "name-too-long"],
    ["a component of 256 octets in fewer letters", `/${"é".repeat(128)}`, "name-too-long"],
    ["a path of 4097 octets", "/a".repeat(2048) + "b", "name-too-long"],
    ["a path of very many", "/a".repeat(100_000), "name-too-long"],
  ])("with %s are refused everywhere", async (_, path, expected) => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/mine", "mine");
    for (const operation of Object.values(operations))
      expect(await outcome(operation(files, path))).toBe(expected);
    await files.symlink(path.includes("\0") ? "x" : path, "/l").catch(() => undefined);
    expect(await outcome(get(files, "/l"))).not.toBe("fine");
  });

  it.each([
    "a\nb",
    "a\rb",
    "back\\slash",
    " lead and trail ",
    "-rf",
    "..x",
    "...",
    "~",
    "*?[a]",
    "é",
    "😀",
    "\udcff\udcfe",
    "caf\udce9",
    "\ufffd",
    "C:",
    longest,
    "é".repeat(127),
  ])("may be %j", async (name) => {
    const home = testHome();
    const files = await home.view();
    await files.makeFolder(`/${name}`);
    await put(files, `/${name}/${name}`, "content");
    expect(await names(files, `/${name}`)).toEqual([name]);
    expect(await get(files, `/${name}/${name}`)).toBe("content");
    await files.rename(`/${name}/${name}`, `/${name}/2`, { replace: false });
    await files.symlink(name, "/l");
    expect(await files.readLink("/l")).toBe(name);
    expect(await files.realPath("/l/2")).toBe(`/${name}/2`);
    await files.remove(`/${name}/2`);
    await files.removeFolder(`/${name}`);
    expect(await names(files, "/")).toEqual(["l"]);
  });

  it("that are no UTF-8 are the octets they were", async () => {
    const home = testHome();
    const files = await home.view();
    writeFileSync(Buffer.concat([Buffer.from(`${home.path}/`), Buffer.of(0x63, 0xe9)]), "x");
    expect(await names(files, "/")).toEqual(["c\udce9"]);
    await put(files, "/d\udcff", "y");
    const raw = readdirSync(home.path, { encoding: "buffer" });
    expect(raw.map((name) => name.toString("latin1")).toSorted()).toContain("d\xff");
  });

  it("go as deep as a path may be long", async () => {
    const home = testHome();
    const files = await home.view();
    const path = "/d".repeat(2046);
    execFileSync("mkdir", ["-p", path.slice(1)], { cwd: home.path });
    await put(files, `${path}/f`, "deep");
    expect(await get(files, `${path}/f`)).toBe("deep");
    expect(await names(files, path.slice(0, -2))).toEqual(["d"]);
    expect(await files.realPath(path)).toBe(path);
    // `..` all the way back, name by name.
    const back = `${path.slice(0, 2000)}${"/..".repeat(600)}`;
    expect(await files.realPath(back)).toBe(path.slice(0, 2000 - 1200));
    execFileSync("rm", ["-rf", "d"], { cwd: home.path });
  });
});

describe("while somebody swaps a folder for a link out of the home", () => {
  it("nothing outside is read, written, listed or removed", async () => {
    const home = testHome();
    makeOutside(home);
    mkdirSync(join(home.path, "a", "deep"), { recursive: true });
    writeFileSync(join(home.path, "a", "secret"), "inside");
    writeFileSync(join(home.path, "a", "deep", "secret"), "inside");
    symlinkSync("../outside", join(home.path, "link"));
    const files = await home.view();
    await put(files, "/mine", "mine");
    const before = outsideNow(home);
    const swapper = spawn(process.execPath, [
      "-e",
      `const fs = require("node:fs"); process.chdir(process.argv[1]);
       process.stdout.write("go\\n");
       for (;;) { fs.renameSync("a", "b"); fs.renameSync("link", "a"); fs.renameSync("a", "link"); fs.renameSync("b", "a"); }`,
      home.path,
    ]);
    try {
      await new Promise((resolve) => swapper.stdout.once("data", resolve));
      const seen = await attack(files, 1500);
      // Both sides of the race were met, or the test shows nothing.
      expect(seen.get("fine")).toBeGreaterThan(50);
      expect((seen.get("outside") ?? 0) + (seen.get("not-found") ?? 0)).toBeGreaterThan(50);
      expect(seen.get("leaked")).toBeUndefined();
    } finally {
      swapper.kill("SIGKILL");
      await new Promise((resolve) => swapper.once("exit", resolve));
    }
    expect(outsideNow(home)).toEqual(before);
    expect(descriptorsBelow(home.outside)).toEqual([]);
    await files.close();
    // The root, its twin for syncs, the hidden folder.
    expect(descriptorsBelow(home.path)).toHaveLength(3);
  });
});

/** Outcomes and how often each came; "leaked" when something from outside came through. */
async function attack(files: FileSystem, rounds: number): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const note = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  const attempts: ((n: number) => Promise<unknown>)[] = [
    async () => {
      if ((await get(files, "/a/secret")) === SECRET) note("leaked");
    },
    async () => {
      if ((await get(files, "/a/deep/secret")) === SECRET) note("leaked");
    },
    (n) => put(files, `/a/new${n}`, "evil"),
    (n) => put(files, `/a/deep/new${n}`, "evil", { how: "create" }),
    () => put(files, "/a/secret", "inside", { how: "in-place" }),
    () => files.setSize("/a/deep/secret", 6),
    () => files.setMode("/a/secret", 0o600),
    () => entries(files, "/a"),
    (n) => files.makeFolder(`/a/folder${n}`),
    (n) => files.removeFolder(`/a/folder${n - 15}`),
    (n) => files.remove(`/a/new${n - 30}`),
    (n) => files.hardlink("/mine", `/a/mine${n}`),
    (n) => files.rename(`/a/mine${n - 14}`, `/a/deep/mine${n}`, { replace: true }),
  ];
  for (let n = 0; n < rounds; n++) {
    const tries = [0, 1, 2].map((k) => attempts[(n * 3 + k) % attempts.length]?.(n));
    for (const result of await Promise.allSettled(tries)) {
      if (result.status === "fulfilled") note("fine");
      else note(await outcome(Promise.reject(result.reason)));
    }
  }
  return seen;
}

it("a pipe, a device and a folder are no files", async () => {
  const home = testHome();
  const files = await home.view();
  await files.makeFolder("/d");
  execFileSync("mkfifo", [join(home.path, "pipe")]);
  expect((await files.stat("/pipe")).kind).toBe("other");
  for (const how of ["replace", "append", "in-place"] as const)
    expect(await outcome(files.openToWrite("/pipe", { how }))).toBe("not-a-file");
  expect(await outcome(files.openToRead("/pipe"))).toBe("not-a-file");
  expect(await outcome(files.openToRead("/d"))).toBe("is-a-folder");
  expect(await outcome(files.list("/pipe"))).toBe("not-a-folder");
  expect(await outcome(files.stat("/pipe/x"))).toBe("not-a-folder");
  await put(files, "/f", "f");
  expect(await outcome(files.stat("/f/"))).toBe("not-a-folder");
});
