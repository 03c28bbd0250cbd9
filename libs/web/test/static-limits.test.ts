/** Every limit of `staticFiles` holds, and the one beside it still works. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { staticFiles, type Handler, type StaticLimits } from "../src/index.ts";
import { ask, makeRequest } from "./requests.ts";

const root = mkdtempSync(join(tmpdir(), "limits-"));
const SIZE = 10_000;
beforeAll(() => {
  for (const name of ["a.txt", "b.txt", "c.txt"])
    writeFileSync(join(root, name), name.charAt(0).repeat(SIZE));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function site(limits: Partial<StaticLimits>, now?: () => number): Handler {
  return staticFiles({ root, typeOf: () => "text/plain", limits, ...(now ? { now } : {}) });
}

/** Whether the next request would be answered from memory. */
function isKept(handler: Handler, target: string): boolean {
  const response = handler(makeRequest("HEAD", target));
  return !(response instanceof Promise);
}

async function pieceSizes(
  handler: Handler,
  target: string,
  lines: readonly string[] = [],
): Promise<number[]> {
  const { content } = await handler(makeRequest("GET", target, lines));
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array)
    throw new TypeError("not streamed");
  const sizes: number[] = [];
  for await (const piece of content.pieces) sizes.push(piece.length);
  return sizes;
}

async function coding(compressFrom: number): Promise<string | undefined> {
  const { fields } = await ask(site({ compressFrom }), "GET", "/a.txt", ["Accept-Encoding", "gzip"]);
  return fields.get("content-encoding");
}

describe("limits of staticFiles", () => {
  it("cachedFile: octets of the largest file kept", async () => {
    for (const [limit, kept] of [
      [SIZE, true],
      [SIZE - 1, false],
      [0, false],
    ] as const) {
      const handler = site({ cachedFile: limit });
      expect((await ask(handler, "GET", "/a.txt")).octets.length).toBe(SIZE);
      expect(isKept(handler, "/a.txt")).toBe(kept);
    }
  });

  it("cachedPaths: how many", async () => {
    const handler = site({ cachedPaths: 2 });
    for (const target of ["/a.txt", "/b.txt", "/c.txt"]) await ask(handler, "GET", target);
    expect(["/a.txt", "/b.txt", "/c.txt"].filter((target) => isKept(handler, target))).toEqual([
      "/b.txt",
      "/c.txt",
    ]);
  });

  it("cachedOctets: in all, with the coded forms", async () => {
    const handler = site({ cachedOctets: 2 * (SIZE + 2100) + 50 });
    for (const target of ["/a.txt", "/b.txt"]) await ask(handler, "GET", target);
    expect([isKept(handler, "/a.txt"), isKept(handler, "/b.txt")]).toEqual([true, true]);
    await ask(handler, "GET", "/c.txt");
    expect(["/a.txt", "/b.txt", "/c.txt"].filter((target) => isKept(handler, target))).toHaveLength(2);
  });

  it("recheck: milliseconds until a path is looked up from the start", async () => {
    let now = Date.now();
    const handler = site({ recheck: 500 }, () => now);
    now += 60_000;
    await ask(handler, "GET", "/a.txt");
    now += 500;
    expect(isKept(handler, "/a.txt")).toBe(true);
    now += 1;
    expect(isKept(handler, "/a.txt")).toBe(false);
    // One of a crowd looks up.
    expect(isKept(handler, "/a.txt")).toBe(true);
    // A clock that is set back.
    now -= 10_000;
    expect(isKept(handler, "/a.txt")).toBe(false);
  });

  it("read: octets of one piece", async () => {
    expect(await pieceSizes(site({ cachedFile: 0, read: 4096 }), "/a.txt")).toEqual([
      4096,
      4096,
      SIZE - 8192,
    ]);
  });

  it("compressFrom: octets from which a file is compressed", async () => {
    expect([await coding(SIZE), await coding(SIZE + 1)]).toEqual(["gzip", undefined]);
  });

  it("compressors: larger files at the same time; one that is done makes room", async () => {
    const handler = site({ cachedFile: 0, compressors: 1 });
    const start = async () => {
      const response = await handler(makeRequest("GET", "/a.txt", ["Accept-Encoding", "gzip"]));
      const { content } = response;
      if (content === undefined || typeof content === "string" || content instanceof Uint8Array)
        throw new TypeError("not streamed");
      return {
        coded: response.fields?.includes("Content-Encoding"),
        pieces: content.pieces[Symbol.asyncIterator](),
      };
    };
    const first = await start();
    const second = await start();
    expect([first.coded, second.coded]).toEqual([true, false]);
    await second.pieces.return?.();
    await first.pieces.return?.();
    await first.pieces.return?.();
    const third = await start();
    const fourth = await start();
    expect([third.coded, fourth.coded]).toEqual([true, false]);
    await third.pieces.return?.();
    await fourth.pieces.return?.();
    // A HEAD starts none, so it holds none.
    await ask(handler, "HEAD", "/a.txt", ["Accept-Encoding", "gzip"]);
    await expect
      .poll(async () => pieceSizes(handler, "/a.txt", ["Accept-Encoding", "gzip"]))
      .not.toEqual([SIZE]);
  });

  it("ranges: in one request", async () => {
    const lines = ["Range", "bytes=0-0,2-2,4-4"];
    expect((await ask(site({ ranges: 3 }), "GET", "/a.txt", lines)).status).toBe(206);
    expect((await ask(site({ ranges: 2 }), "GET", "/a.txt", lines)).status).toBe(200);
  });
});
