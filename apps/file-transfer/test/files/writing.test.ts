import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileWriter, WriteMode } from "../../src/files/file-system.ts";
import { defaultFileLimits } from "../../src/files/files.ts";
import { bytes, descriptorsBelow, entries, get, names, outcome, partialsIn, put, testHome } from "./home.ts";

/** Writes and leaves without a word, as a broken connection does. */
async function breakOff(writer: FileWriter, content: string): Promise<void> {
  await writer.write(bytes(content));
  await writer.abandon("keep");
}

describe("an upload", () => {
  it("is seen by nobody but its user before it is whole", async () => {
    const home = testHome();
    const ann = await home.view();
    const bob = await home.view({ user: "bob" });
    const writer = await ann.openToWrite("/a", { how: "replace" });
    await writer.write(bytes("half"));
    expect(await names(ann, "/")).toEqual([]);
    expect(await outcome(bob.stat("/a"))).toBe("not-found");
    expect(await ann.stat("/a")).toMatchObject({ kind: "file", size: 4, partial: true });
    expect(await get(ann, "/a")).toBe("half");
    await writer.write(bytes(" whole"));
    await writer.commit();
    expect(await get(bob, "/a")).toBe("half whole");
    expect(await bob.stat("/a")).toMatchObject({ partial: false, mode: 0o644 });
    expect(partialsIn(home.path)).toEqual([]);
  });

  it("leaves the old file whole until it is, and its mode after", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "the old one");
    await files.setMode("/a", 0o640);
    const writer = await files.openToWrite("/a", { how: "replace" });
    await writer.write(bytes("new"));
    expect(await get(files, "/a")).toBe("the old one");
    expect((await entries(files, "/"))[0]?.stat.size).toBe(11);
    await writer.commit();
    expect(await get(files, "/a")).toBe("new");
    expect((await files.stat("/a")).mode).toBe(0o640);
  });

  it.each<[WriteMode, number, string]>([
    ["resume", 4, "half more"],
    ["resume", 2, "ha more"],
    ["append", 0, "half more"],
    ["replace", 0, " more"],
  ])("that broke goes on with %s at %i", async (how, offset, whole) => {
    const home = testHome();
    const before = await home.view();
    await breakOff(await before.openToWrite("/a", { how: "replace" }), "half");
    await before.close();
    const files = await home.view();
    expect((await files.stat("/a")).size).toBe(4);
    const writer = await files.openToWrite("/a", { how, offset });
    expect(writer.atomic).toBe(true);
    await writer.write(bytes(" more"));
    expect(await names(files, "/")).toEqual([]);
    await writer.commit();
    expect(await get(files, "/a")).toBe(whole);
    expect(partialsIn(home.path)).toEqual([]);
  });

  it("that broke is found by the next run of the program, and by its user only", async () => {
    const home = testHome();
    const first = await home.view();
    await breakOff(await first.openToWrite("/a", { how: "replace" }), "half");
    await home.files.close();
    const again = testHome();
    const login = { home: home.path };
    const bob = await again.view({ ...login, user: "bob" });
    expect(await outcome(bob.openToWrite("/a", { how: "resume", offset: 4 }))).toBe("bad-offset");
    const ann = await again.view(login);
    await put(ann, "/a", "!", { how: "resume", offset: 4 });
    expect(await get(bob, "/a")).toBe("half!");
  });

  it.each<[string, number, string | undefined]>([
    ["at its end, in place", 6, "abcdef++"],
    ["before its end, through a copy", 3, "abc++"],
    ["behind its end, not", 7, undefined],
  ])("goes on from a whole file %s", async (_, offset, expected) => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "abcdef");
    const done = put(files, "/a", "++", { how: "resume", offset });
    expect(await outcome(done)).toBe(expected === undefined ? "bad-offset" : "fine");
    expect(await get(files, "/a")).toBe(expected ?? "abcdef");
    expect(partialsIn(home.path)).toEqual([]);
  });

  it("waits for its resume as long as the option says", async () => {
    let now = Date.now();
    const home = testHome({
      now: () => now,
      limits: { ...defaultFileLimits, partialExpiry: 50 },
    });
    const files = await home.view();
    await breakOff(await files.openToWrite("/a", { how: "replace" }), "half");
    expect(partialsIn(home.path)).toHaveLength(1);
    now += 1000;
    await expect.poll(() => partialsIn(home.path)).toEqual([]);
    expect(await outcome(files.stat("/a"))).toBe("not-found");
  });

  it("appends in the order of the calls, all in flight, whatever positions they say", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "0");
    const writer = await files.openToWrite("/a", { how: "append", readable: true });
    const pieces = Array.from({ length: 200 }, (_, i) => `${i},`);
    await Promise.all(pieces.map((piece, i) => writer.write(bytes(piece), i % 3)));
    await writer.commit();
    expect(await get(files, "/a")).toBe(`0${pieces.join("")}`);
  });

  it("takes pieces at positions in any order, and gives them back", async () => {
    const home = testHome();
    const files = await home.view();
    const writer = await files.openToWrite("/a", { how: "replace", readable: true });
    await Promise.all([writer.write(bytes("cd"), 2), writer.write([bytes("a"), bytes(""), bytes("b")], 0)]);
    const into = new Uint8Array(9);
    expect(await writer.read(into, 1)).toBe(3);
    expect((await writer.stat()).size).toBe(4);
    await writer.setSize(3);
    await writer.setTimes({ modified: 1_000_000_000_000 });
    await writer.setMode(0o600);
    await writer.sync();
    await writer.commit();
    expect(await get(files, "/a")).toBe("abc");
    expect(await files.stat("/a")).toMatchObject({ mode: 0o600, modified: 1_000_000_000_000 });
  });

  it("in place changes the file where it stands, one login at a time", async () => {
    const home = testHome();
    const ann = await home.view();
    const bob = await home.view({ user: "bob" });
    await put(ann, "/a", "abcdef");
    const { unique } = await ann.stat("/a");
    const writer = await ann.openToWrite("/a", { how: "in-place" });
    const second = await ann.openToWrite("/a", { how: "in-place" });
    for (const how of ["in-place", "append"] as const)
      expect(await outcome(bob.openToWrite("/a", { how }))).toBe("busy");
    expect(await outcome(bob.setSize("/a", 0))).toBe("busy");
    await writer.write(bytes("X"), 2);
    await writer.commit();
    await second.abandon("remove");
    expect(await get(bob, "/a")).toBe("abXdef");
    expect((await ann.stat("/a")).unique).toBe(unique);
    expect(await outcome(bob.setSize("/a", 1))).toBe("fine");
    expect(await outcome(ann.openToWrite("/b", { how: "in-place", create: false }))).toBe("not-found");
  });

  it("of two at a time is one or the other, never both", async () => {
    const home = testHome();
    const views = await Promise.all([home.view(), home.view(), home.view({ user: "bob" })]);
    const writers = await Promise.all(views.map((view) => view.openToWrite("/a", { how: "replace" })));
    for (let round = 0; round < 50; round++)
      await Promise.all(writers.map((writer, i) => writer.write(bytes(`${i}`.repeat(100)))));
    expect(await outcome(views[0].openToWrite("/a", { how: "resume", offset: 1 }))).toBe("busy");
    await Promise.all(writers.map((writer) => writer.commit()));
    expect(await get(views[0], "/a")).toMatch(/^(0{5000}|1{5000}|2{5000})$/);
    expect(partialsIn(home.path)).toEqual([]);
  });

  it("that must make the file loses against who was there first, also at the end", async () => {
    const home = testHome();
    const files = await home.view();
    const writer = await files.openToWrite("/a", { how: "create" });
    await put(await home.view({ user: "bob" }), "/a", "bob's");
    await writer.write(bytes("ann's"));
    expect(await outcome(writer.commit())).toBe("exists");
    expect(await get(files, "/a")).toBe("bob's");
    expect(await outcome(files.openToWrite("/a", { how: "create" }))).toBe("exists");
    expect(partialsIn(home.path)).toEqual([]);
  });

  it("under a unique name finds one, also beside others that look for one", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "first");
    const writers = await Promise.all([1, 2, 3].map(() => files.openToWrite("/a", { how: "unique" })));
    expect(writers.map(({ path }) => path).toSorted()).toEqual(["/a.1", "/a.2", "/a.3"]);
    await Promise.all(writers.map((writer) => writer.commit()));
    expect(await names(files, "/")).toEqual(["a", "a.1", "a.2", "a.3"]);
    expect(await get(files, "/a")).toBe("first");
  });

  it("through a link replaces what the link leads to", async () => {
    const home = testHome();
    const files = await home.view();
    await files.makeFolder("/d");
    await put(files, "/d/real", "old");
    await files.symlink("/d/real", "/l");
    await put(files, "/l", "new");
    expect(await get(files, "/d/real")).toBe("new");
    expect((await files.lstat("/l")).kind).toBe("link");
    await files.symlink("d/later", "/m");
    await put(files, "/m", "made");
    expect(await get(files, "/d/later")).toBe("made");
  });

  it("of which the disk has no room leaves the old file whole and no partial", async () => {
    const home = testHome();
    const files = await home.view({ quota: 100 });
    await put(files, "/a", "x".repeat(60));
    // What is replaced does not count twice.
    await put(files, "/a", "y".repeat(90));
    expect(await outcome(put(files, "/a", "z".repeat(101)))).toBe("quota");
    expect(await outcome(put(files, "/b", "z".repeat(11)))).toBe("quota");
    expect(await outcome(put(files, "/a", "z".repeat(11), { how: "append" }))).toBe("quota");
    expect(await outcome(files.openToWrite("/b", { how: "replace", expected: 11 }))).toBe("quota");
    expect(await outcome(files.setSize("/a", 101))).toBe("quota");
    expect(await get(files, "/a")).toBe("y".repeat(90));
    expect(partialsIn(home.path)).toEqual([]);
    expect((await files.space("/")).available).toBe(10);
    await files.remove("/a");
    expect((await files.space("/")).available).toBe(100);
    await put(files, "/c", "1".repeat(100));
    expect(statSync(join(home.path, "c")).size).toBe(100);
  });

  it("counts what was there before the first login", async () => {
    const home = testHome();
    mkdirSync(join(home.path, "d"), { recursive: true });
    writeFileSync(join(home.path, "d", "a"), "x".repeat(70));
    const files = await home.view({ quota: 100 });
    expect((await files.space("/")).available).toBe(30);
  });

  it("is left and closed with its view, and its descriptors with it", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "a");
    const writer = await files.openToWrite("/b", { how: "replace" });
    await writer.write(bytes("half"));
    const reader = await files.openToRead("/a");
    const list = await files.list("/");
    await files.close();
    expect(await outcome(writer.write(bytes("more")))).toBe("closed");
    expect(await outcome(writer.commit())).toBe("closed");
    expect(await outcome(reader.read(new Uint8Array(1), 0))).toBe("closed");
    expect(await outcome(list.next())).toBe("closed");
    expect(await outcome(files.stat("/"))).toBe("closed");
    // The root, its twin for syncs and the hidden folder stay open for the next login.
    expect(descriptorsBelow(home.path)).toHaveLength(3);
    expect((await (await home.view()).stat("/b")).size).toBe(4);
  });

  it("takes the umask off", async () => {
    const home = testHome({ umask: 0o077 });
    const files = await home.view();
    await put(files, "/a", "a");
    await put(files, "/b", "b", { how: "replace", mode: 0o755 });
    await files.makeFolder("/d");
    const modes = await Promise.all(["/a", "/b", "/d"].map(async (path) => (await files.stat(path)).mode));
    expect(modes).toEqual([0o600, 0o700, 0o700]);
  });

  it("has the bits the umask leaves, though the process has a stricter one", async () => {
    const home = testHome({ umask: 0 });
    const files = await home.view();
    await put(files, "/a", "a");
    await files.makeFolder("/d");
    expect((await files.stat("/a")).mode).toBe(0o666);
    expect((await files.stat("/d")).mode).toBe(0o777);
  });
});

describe("a thousand uploads that break", () => {
  it("leave no descriptor and no partial that was not asked for", async () => {
    const home = testHome();
    const first = await home.view();
    await first.makeFolder("/d");
    await first.close();
    const before = descriptorsBelow(home.path).length;
    for (let number = 0; number < 1000; number++) {
      const files = await home.view({ user: `user${number % 7}` });
      const writer = await files.openToWrite(`/d/${number % 11}`, { how: "replace" });
      await writer.write(bytes("broken"));
      const unfinished = writer.write(bytes("!"));
      if (number % 2 === 0) await writer.abandon("remove");
      await files.close();
      await unfinished;
    }
    // The hidden folder itself.
    expect(descriptorsBelow(home.path).length - before).toBe(1);
    expect(partialsIn(home.path).length).toBeLessThanOrEqual(77);
  });
});

describe("a folder that is kept open", () => {
  it("may be cleaned up by others: the hidden one is made again, and a home is another one then", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/a", "1");
    rmSync(join(home.path, ".socketscope-partials"), { recursive: true });
    await put(files, "/a", "2");
    rmSync(home.path, { recursive: true });
    expect(await outcome(files.stat("/a"))).toBe("not-found");
    const again = await home.view();
    await put(again, "/b", "3");
    expect(await names(again, "/")).toEqual(["b"]);
    expect(readFileSync(join(home.path, "b"), "utf8")).toBe("3");
    await files.close();
    await again.close();
    // The new root, its twin and its hidden folder; nothing of the one that is gone.
    expect(descriptorsBelow(home.path)).toHaveLength(3);
  });

  it("is not taken for another that has its name now", async () => {
    const home = testHome();
    const files = await home.view();
    const other = await home.view({ user: "bob" });
    await files.makeFolder("/d");
    await put(files, "/d/a", "first");
    await other.rename("/d", "/e", { replace: false });
    expect(await outcome(put(files, "/d/b", ""))).toBe("not-found");
    await other.makeFolder("/d");
    await put(files, "/d/b", "second");
    expect([await names(files, "/d"), await names(files, "/e")]).toEqual([["b"], ["a"]]);
    await other.remove("/d/b");
    await other.removeFolder("/d");
    expect(await outcome(put(files, "/d/c", ""))).toBe("not-found");
    await other.symlink("e", "/d");
    await put(files, "/d/c", "third");
    expect(await names(files, "/e")).toEqual(["a", "c"]);
  });

  it("makes room for the next, and is closed while somebody writes in it no sooner than that ends", async () => {
    const home = testHome({ limits: { ...defaultFileLimits, foldersKept: 2 } });
    const files = await home.view();
    const folders = ["/a", "/b", "/c", "/d", "/e"];
    for (const folder of folders) await files.makeFolder(folder);
    const writers = await Promise.all(
      folders.flatMap((folder) => [1, 2].map((n) => files.openToWrite(`${folder}/${n}`, { how: "replace" }))),
    );
    await Promise.all(writers.map((writer) => writer.commit()));
    for (const folder of folders) expect(await names(files, folder)).toEqual(["1", "2"]);
    // Root and two kept ones, each with its twin for syncs, and the hidden folder.
    expect(descriptorsBelow(home.path)).toHaveLength(7);
    await files.close();
    expect(descriptorsBelow(home.path)).toHaveLength(3);
  });
});
