/** Files that change while they are kept, and while they are being sent. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileChanged, staticFiles, type Response, type StreamedContent } from "../src/index.ts";
import { ask, makeRequest } from "./requests.ts";

let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "changes-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const typeOf = () => "text/plain";

async function streamed(response: Response | Promise<Response>): Promise<StreamedContent> {
  const { content } = await response;
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array)
    throw new TypeError("not streamed");
  return content;
}

async function readAll(content: StreamedContent): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces) pieces.push(piece);
  return Buffer.concat(pieces);
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Whole milliseconds, so that it can be set again exactly. */
const FIXED = new Date("2020-01-02T03:04:05Z");

describe("a kept file", () => {
  it("is answered in the same turn, with nothing made anew", async () => {
    writeFileSync(join(root, "a.txt"), "one");
    const handler = staticFiles({ root, typeOf });
    await ask(handler, "GET", "/a.txt");
    const first = handler(makeRequest("GET", "/a.txt"));
    expect(first).not.toBeInstanceOf(Promise);
    expect(handler(makeRequest("GET", "/a.txt"))).toBe(first);
    const tag = (await ask(handler, "GET", "/a.txt")).fields.get("etag")!;
    expect(handler(makeRequest("GET", "/a.txt", ["If-None-Match", tag]))).toMatchObject({ status: 304 });
  });

  it("is new on the next request, however it is changed", async () => {
    const path = join(root, "a.txt");
    writeFileSync(path, "0000");
    const handler = staticFiles({ root, typeOf });
    const changes: [string, (content: string) => void][] = [
      ["rewritten in place, same size", (content) => writeFileSync(path, content)],
      [
        "replaced by rename, same size",
        (content) => (writeFileSync(`${path}.new`, content), renameSync(`${path}.new`, path)),
      ],
      [
        "rewritten in place, mtime set back",
        (content) => {
          writeFileSync(path, content);
          utimesSync(path, FIXED, FIXED);
        },
      ],
      [
        "replaced with the same mtime and size",
        (content) => {
          writeFileSync(`${path}.new`, content);
          utimesSync(`${path}.new`, FIXED, FIXED);
          renameSync(`${path}.new`, path);
        },
      ],
    ];
    let count = 1000;
    let before = "";
    for (let round = 0; round < 25; round++) {
      for (const [name, change] of changes) {
        utimesSync(path, FIXED, FIXED);
        await ask(handler, "GET", "/a.txt");
        change(String(++count));
        const { octets, fields } = await ask(handler, "GET", "/a.txt");
        expect([name, octets.toString()]).toEqual([name, String(count)]);
        expect(fields.get("etag")).not.toBe(before);
        before = fields.get("etag")!;
      }
    }
  });

  it("is gone when it is deleted, and back when it is back", async () => {
    const path = join(root, "a.txt");
    writeFileSync(path, "one");
    const handler = staticFiles({ root, typeOf });
    expect((await ask(handler, "GET", "/a.txt")).status).toBe(200);
    rmSync(path);
    expect((await ask(handler, "GET", "/a.txt")).status).toBe(404);
    writeFileSync(path, "two");
    expect((await ask(handler, "GET", "/a.txt")).octets.toString()).toBe("two");
  });

  it("cannot be swapped for a link out of the root", async () => {
    const site = join(root, "site");
    mkdirSync(site);
    writeFileSync(join(site, "a.txt"), "one");
    writeFileSync(join(root, "secret.txt"), "two");
    const handler = staticFiles({ root: site, typeOf });
    expect((await ask(handler, "GET", "/a.txt")).status).toBe(200);
    rmSync(join(site, "a.txt"));
    symlinkSync("../secret.txt", join(site, "a.txt"));
    expect((await ask(handler, "GET", "/a.txt")).status).toBe(404);
  });

  it("follows a root that is a link and is switched", async () => {
    for (const name of ["v1", "v2"]) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, "a.txt"), name);
    }
    symlinkSync("v1", join(root, "current"));
    const handler = staticFiles({ root: join(root, "current"), typeOf });
    expect((await ask(handler, "GET", "/a.txt")).octets.toString()).toBe("v1");
    symlinkSync("v2", join(root, "next"));
    renameSync(join(root, "next"), join(root, "current"));
    expect((await ask(handler, "GET", "/a.txt")).octets.toString()).toBe("v2");
  });

  it("drops a sibling that is rewritten or out of date, and finds a new one after the recheck", async () => {
    let now = Date.now();
    writeFileSync(join(root, "a.txt"), "one");
    writeFileSync(join(root, "a.txt.br"), "coded 1");
    const handler = staticFiles({ root, typeOf, now: () => Math.max(now, Date.now()) });
    const read = async () =>
      (await ask(handler, "GET", "/a.txt", ["Accept-Encoding", "br"])).octets.toString();
    expect(await read()).toBe("coded 1");
    expect(await read()).toBe("coded 1");
    writeFileSync(join(root, "a.txt.br"), "coded 2");
    expect(await read()).toBe("coded 2");
    const later = new Date(Date.now() + 5000);
    writeFileSync(join(root, "a.txt"), "two");
    utimesSync(join(root, "a.txt"), later, later);
    expect(await read()).toBe("two");
    utimesSync(join(root, "a.txt.br"), later, later);
    now += 10_000;
    expect(await read()).toBe("coded 2");
  });

  it("answers Last-Modified only for times that are past (RFC 9110 §8.8.2.1)", async () => {
    const later = new Date(Date.now() + 3_600_000);
    writeFileSync(join(root, "a.txt"), "one");
    utimesSync(join(root, "a.txt"), later, later);
    const { fields } = await ask(staticFiles({ root, typeOf }), "GET", "/a.txt");
    expect([fields.get("last-modified"), fields.has("etag")]).toEqual([undefined, true]);
  });

  it("takes a weak tag for a file whose times say nothing yet", async () => {
    writeFileSync(join(root, "a.txt"), "one");
    // By this clock the file was changed in the future.
    const handler = staticFiles({ root, typeOf, now: () => Date.now() - 60_000 });
    const { fields } = await ask(handler, "GET", "/a.txt");
    expect(fields.get("etag")).toMatch(/^W\//);
    expect(handler(makeRequest("GET", "/a.txt"))).toBeInstanceOf(Promise);
  });
});

describe("a file that changes while it is sent", () => {
  const OLD = Buffer.alloc(1_000_000, "o");
  const NEW = Buffer.alloc(1_000_000, "n");
  let path = "";
  beforeEach(() => {
    path = join(root, "large.bin");
    writeFileSync(path, OLD);
  });

  async function firstPiece() {
    const content = await streamed(
      staticFiles({ root, typeOf: () => "video/mp4" })(makeRequest("GET", "/large.bin")),
    );
    expect(content.length).toBe(OLD.length);
    const pieces = content.pieces[Symbol.asyncIterator]();
    expect((await pieces.next()).done).toBe(false);
    return { [Symbol.asyncIterator]: () => pieces };
  }

  it("shrinks: breaks off", async () => {
    const pieces = await firstPiece();
    truncateSync(path, 600_000);
    await expect(readAll({ pieces })).rejects.toThrow(FileChanged);
  });

  it("is rewritten with the same length: breaks off before the last octets", async () => {
    const pieces = await firstPiece();
    writeFileSync(path, NEW);
    await expect(readAll({ pieces })).rejects.toThrow(FileChanged);
  });

  it("is replaced by rename, or deleted: the version that was opened is sent", async () => {
    const before = openDescriptors();
    const pieces = await firstPiece();
    writeFileSync(`${path}.new`, NEW);
    renameSync(`${path}.new`, path);
    const rest = await readAll({ pieces });
    expect(rest.equals(OLD.subarray(262_144))).toBe(true);
    expect(openDescriptors()).toBe(before);
  });

  it("grows: the announced octets are sent", async () => {
    const pieces = await firstPiece();
    appendFileSync(path, NEW);
    expect((await readAll({ pieces })).equals(OLD.subarray(262_144))).toBe(true);
  });
});

describe("descriptors", () => {
  it("are closed after 1,000 downloads that broke off, at any point", async () => {
    writeFileSync(join(root, "large.bin"), Buffer.alloc(1_000_000));
    writeFileSync(join(root, "large.txt"), Buffer.alloc(1_000_000));
    const handler = staticFiles({
      root,
      typeOf: (path) => (path.endsWith(".txt") ? "text/plain" : "video/mp4"),
    });
    const before = openDescriptors();
    for (let i = 0; i < 1000; i++) {
      const target = i % 10 === 0 ? "/large.txt" : "/large.bin";
      const { pieces } = await streamed(handler(makeRequest("GET", target, ["Accept-Encoding", "gzip"])));
      const iterator = pieces[Symbol.asyncIterator]();
      // Left before the first piece, after it, with one asked for and not awaited, and twice.
      if (i % 3 > 0) await iterator.next();
      const pending = i % 3 > 1 ? iterator.next() : undefined;
      await iterator.return?.();
      await pending;
      await iterator.return?.();
      expect((await iterator.next()).done).toBe(true);
    }
    expect(openDescriptors()).toBe(before);
  });

  it("are closed after every kind of answer", async () => {
    writeFileSync(join(root, "large.bin"), Buffer.alloc(1_000_000));
    writeFileSync(join(root, "a.txt"), "small");
    mkdirSync(join(root, "folder"));
    const handler = staticFiles({ root, typeOf: () => "text/plain" });
    const before = openDescriptors();
    for (const target of ["/large.bin", "/a.txt", "/folder", "/folder/", "/none", "/a.txt/"]) {
      for (const lines of [
        [],
        ["Range", "bytes=9999999-"],
        ["If-Match", '"x"'],
        ["If-None-Match", "*"],
        ["Accept-Encoding", "identity;q=0"],
      ]) {
        for (const method of ["GET", "HEAD"]) await ask(handler, method, target, lines);
      }
    }
    // Closing is not waited for where nothing depends on it.
    await expect.poll(openDescriptors).toBe(before);
  });
});
