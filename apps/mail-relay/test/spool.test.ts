import { readdirSync, writeFileSync } from "node:fs";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Spool } from "../src/spool/spool.ts";
import { spooled, textOf } from "./support.ts";

describe("the spool", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder("spool");
  });
  afterEach(() => folder[Symbol.dispose]());
  const files = (): string[] => readdirSync(`${folder.path}/incoming`);

  it("keeps a small message in memory, and its head", async () => {
    const message = await spooled(folder.path, "A: b\r\n\r\ntext\r\n");
    expect(message.file).toBeUndefined();
    expect(Buffer.from(message.head).toString()).toBe("A: b\r\n\r\n");
    expect(message.size).toBe(14);
    expect(await textOf(message.read())).toBe("A: b\r\n\r\ntext\r\n");
    expect(await textOf(message.read())).toBe("A: b\r\n\r\ntext\r\n");
    expect(files()).toEqual([]);
  });

  it("puts a big one into a file, and takes the file away when it is let go of", async () => {
    const text = `A: b\r\n\r\n${"line\r\n".repeat(5000)}`;
    const message = await spooled(folder.path, text);
    expect(files()).toHaveLength(1);
    expect(await textOf(message.read())).toBe(text);
    await message.discard();
    expect(files()).toEqual([]);
  });

  it("leaves nothing of a message that is broken off", async () => {
    const spool = await Spool.open(`${folder.path}/incoming`, { inMemory: 10 });
    const spooling = spool.begin(Buffer.from("head"));
    await spooling.write(Buffer.alloc(5000));
    spooling.abort();
    await expect.poll(files).toEqual([]);
  });

  it("holds the sender back while the disk is behind", async () => {
    const spool = await Spool.open(`${folder.path}/incoming`, { inMemory: 10, waiting: 1000 });
    const spooling = spool.begin();
    const held = spooling.write(Buffer.alloc(5000));
    expect(held).toBeInstanceOf(Promise);
    await held;
    expect((await spooling.finish()).size).toBe(5000);
  });

  it("clears away what a crash has left: it was never acknowledged", async () => {
    await Spool.open(`${folder.path}/incoming`);
    writeFileSync(`${folder.path}/incoming/123.4`, "half a message");
    await Spool.open(`${folder.path}/incoming`);
    expect(files()).toEqual([]);
  });
});
