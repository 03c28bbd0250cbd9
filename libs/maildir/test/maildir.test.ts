/** A message is nowhere to be seen before it is whole, and gone when it is taken back. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FolderSync, Maildir, newBase, type MaildirEntry } from "../src/index.ts";

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

/** Written and shown. */
async function put(base: string, ...pieces: readonly string[]): Promise<MaildirEntry> {
  const file = await maildir.create(base);
  for (const piece of pieces) await file.write(Buffer.from(piece, "latin1"));
  await file.finish();
  return file.show();
}

it("is pushed piece by piece into tmp, and shown at its end with both its sizes", async () => {
  const base = newBase(1_700_000_000_123);
  expect(base).toMatch(/^1700000000\.M123P\d+Q\d+\./);
  const file = await maildir.create(base);
  await file.write(Buffer.from("a\r"));
  await file.write(Buffer.from("\nb\r\n"));
  expect(await files()).toEqual([`tmp/${base}`]);
  await file.finish();
  await file.show();
  await maildir.settle();
  expect(await files()).toEqual([`new/${base},S=4,W=6`]);
  expect(await readFile(join(maildir.folder, "new", `${base},S=4,W=6`), "latin1")).toBe("a\nb\n");
});

it("does not write over another message", async () => {
  const base = newBase(0);
  const file = await maildir.create(base);
  await expect(maildir.create(base)).rejects.toMatchObject({ code: "EEXIST" });
  await file.withdraw();
});

it("is taken back from tmp and from new", async () => {
  const [one, two, three] = [newBase(0), newBase(0), newBase(0)];
  expect(new Set([one, two, three]).size).toBe(3);
  const open = await maildir.create(one);
  await open.write(Buffer.from("a"));
  const whole = await maildir.create(two);
  await whole.finish();
  const shown = await maildir.create(three);
  await shown.finish();
  await shown.show();
  for (const file of [open, whole, shown, shown]) await file.withdraw();
  expect(await files()).toEqual([]);
});

it("knows what has been read by its name", async () => {
  const { base } = await put(newBase(0), "a");
  const [entry] = await maildir.entries();
  if (entry === undefined) throw new TypeError("one entry");
  expect(entry).toEqual({ base, file: `new/${base}`, seen: false });
  expect(await maildir.mark(entry, true)).toBe(`cur/${base}:2,S`);
  expect(await maildir.entries()).toEqual([{ base, file: `cur/${base}:2,S`, seen: true }]);
  await maildir.remove(`cur/${base}:2,S`);
  await maildir.remove(`cur/${base}:2,S`);
  expect(await maildir.entries()).toEqual([]);
});

it("does not believe a name whose file is another", async () => {
  const { base, file } = await put(newBase(0), "a\r\n");
  expect(await maildir.wireSize(file)).toBe(3);
  await writeFile(join(maildir.folder, file), "more\nlines\n");
  expect(base).toMatch(/,S=2,W=3$/);
  expect(await maildir.wireSize(file)).toBe(13);
});
