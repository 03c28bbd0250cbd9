/** A message is nowhere to be seen before it is whole, and gone when it is taken back. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FolderSync, Maildir, newBase } from "../src/index.ts";

let folder: TemporaryFolder;
let maildir: Maildir;
beforeEach(async () => {
  folder = new TemporaryFolder("maildir");
  maildir = new Maildir(join(folder.path, "deep", "box"), new FolderSync());
  await maildir.make();
});
afterEach(() => folder[Symbol.dispose]());

async function files(): Promise<readonly string[]> {
  const parts = ["tmp", "new", "cur"];
  const names = await Promise.all(parts.map((part) => readdir(join(maildir.folder, part))));
  return parts.flatMap((part, at) => (names[at] ?? []).map((name) => `${part}/${name}`));
}

it("is pushed piece by piece into tmp, and shown at its end", async () => {
  const base = newBase(1_700_000_000_123);
  expect(base).toMatch(/^1700000000\.M123P\d+Q\d+\./);
  const file = await maildir.create(base);
  await file.write(Buffer.from("a"));
  await file.write(Buffer.from("b"));
  expect(await files()).toEqual([`tmp/${base}`]);
  await file.finish();
  await file.close();
  await maildir.show(base);
  await maildir.settle();
  expect(await files()).toEqual([`new/${base}`]);
  expect(await readFile(join(maildir.folder, "new", base), "latin1")).toBe("ab");
});

it("does not write over another message", async () => {
  const base = newBase(0);
  await maildir.write(base, [Buffer.from("a")]);
  await expect(maildir.create(base)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(maildir.write(base, [Buffer.from("b")])).rejects.toMatchObject({ code: "EEXIST" });
});

it("is taken back from tmp and from new", async () => {
  const [one, two] = [newBase(0), newBase(0)];
  expect(one).not.toBe(two);
  await maildir.write(one, [Buffer.from("a")]);
  await maildir.write(two, [Buffer.from("b")]);
  await maildir.show(two);
  await maildir.withdraw(one);
  await maildir.withdraw(two);
  expect(await files()).toEqual([]);
});

it("knows what has been read by its name", async () => {
  const base = newBase(0);
  await maildir.write(base, [Buffer.from("a")]);
  await maildir.show(base);
  const [entry] = await maildir.entries();
  if (entry === undefined) throw new TypeError("one entry");
  expect(entry).toEqual({ base, file: `new/${base}`, seen: false });
  expect(await maildir.mark(entry, true)).toBe(`cur/${base}:2,S`);
  expect(await maildir.entries()).toEqual([{ base, file: `cur/${base}:2,S`, seen: true }]);
  await maildir.remove(`cur/${base}:2,S`);
  await maildir.remove(`cur/${base}:2,S`);
  expect(await maildir.entries()).toEqual([]);
});
