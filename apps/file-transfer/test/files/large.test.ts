/** Sizes that show a wrong type or a wrong habit: over 4 GiB, ten thousand names. */
import { createHash } from "node:crypto";
import { mkdirSync, openSync, closeSync, ftruncateSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytes, descriptorsBelow, names, outcome, put, sha256, testHome, text } from "./home.ts";

const FAR = 4 * 1024 ** 3 + 12_345;

describe("a sparse file over 4 GiB", () => {
  it("is told, read and hashed at any place", async () => {
    const home = testHome();
    mkdirSync(home.path);
    const file = openSync(join(home.path, "big"), "w");
    writeSync(file, "first", 0);
    writeSync(file, "far away", FAR);
    ftruncateSync(file, FAR + 100);
    closeSync(file);
    const files = await home.view();
    expect((await files.stat("/big")).size).toBe(FAR + 100);
    const reader = await files.openToRead("/big");
    const into = new Uint8Array(8);
    expect(await reader.read(into, FAR)).toBe(8);
    expect(text(into)).toBe("far away");
    expect(await reader.read(into, FAR + 97)).toBe(3);
    expect(await reader.read(into, FAR + 100)).toBe(0);
    await reader.close();
    expect(await files.hash("/big", "sha256", { from: FAR, to: FAR + 8 })).toBe(sha256("far away"));
    expect(await files.hash("/big", "crc32", { from: FAR, to: FAR + 3 })).toBe(
      await files.hash("/big", "crc32", { from: FAR, to: FAR + 3 }),
    );
  });

  it("is written behind 4 GiB, and resumed there", async () => {
    const home = testHome();
    const files = await home.view();
    const writer = await files.openToWrite("/big", { how: "replace" });
    await writer.write(bytes("end"), FAR);
    await writer.abandon("keep");
    expect((await files.stat("/big")).size).toBe(FAR + 3);
    await put(files, "/big", "+", { how: "resume", offset: FAR + 2 });
    expect(statSync(join(home.path, "big")).size).toBe(FAR + 3);
    const reader = await files.openToRead("/big");
    const into = new Uint8Array(4);
    expect(await reader.read(into, FAR)).toBe(3);
    expect(text(into.subarray(0, 3))).toBe("en+");
    await reader.close();
    await files.setSize("/big", 2);
    expect((await files.stat("/big")).size).toBe(2);
  });
});

describe("a folder of 10,000 names", () => {
  it("is read in pages, whole, and may be left in the middle", async () => {
    const home = testHome();
    mkdirSync(home.path);
    for (let n = 0; n < 10_000; n++) writeFileSync(join(home.path, `${n}`), "");
    const files = await home.view();
    const list = await files.list("/");
    const page = await list.next();
    expect(page).toHaveLength(files.limits.page);
    await list.close();
    expect(await outcome(list.next())).toBe("closed");
    expect(await names(files, "/")).toEqual(Array.from({ length: 10_000 }, (_, n) => `${n}`).toSorted());
    await files.close();
    expect(descriptorsBelow(home.path)).toHaveLength(1);
  });
});

describe("hashes", () => {
  it.each([
    ["md5", "md5"],
    ["sha1", "sha1"],
    ["sha256", "sha256"],
    ["sha512", "sha512"],
  ] as const)("%s of more than one piece", async (algorithm, known) => {
    const home = testHome();
    const files = await home.view();
    const octets = Buffer.alloc(600_001, "abcdefg");
    await put(files, "/f", octets);
    expect(await files.hash("/f", algorithm)).toBe(createHash(known).update(octets).digest("hex"));
    expect(await files.hash("/f", algorithm, { from: 5, to: 5 })).toBe(createHash(known).digest("hex"));
    const signal = AbortSignal.abort();
    expect(await outcome(files.hash("/f", algorithm, { signal }))).toBe("closed");
  });

  it("CRC-32 as everybody checks it", async () => {
    const home = testHome();
    const files = await home.view();
    await put(files, "/f", "123456789");
    expect(await files.hash("/f", "crc32")).toBe("cbf43926");
  });
});
