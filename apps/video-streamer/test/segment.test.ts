import { copyFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { TapPoint } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Film } from "../src/films/film.ts";
import { readSamples } from "../src/films/reel.ts";
import { FilmShelf } from "../src/films/shelf.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { Packager } from "../src/vod/packager.ts";
import { Segment } from "../src/vod/segment.ts";
import { ENGINES, everybody } from "./serving.ts";

const HEAD = { type: "video/mp4", etag: "a", cacheControl: "no-cache" };
const SAMPLE = join(SAMPLE_FOLDER, "sample-360p.mp4");

describe.each(ENGINES)("a segment that is still being read (%s)", (_name, engine) => {
  let segment = new Segment(new Uint8Array());
  const errors: unknown[] = [];
  let origin = "";
  let close = (): Promise<unknown> => Promise.resolve();
  beforeAll(async () => {
    const listener = await engine({
      host: "127.0.0.1",
      port: 0,
      handler: (request) => segment.answer(request, HEAD),
      tap: new TapPoint(),
      admission: everybody,
      idle: 60_000,
      writeStall: 30_000,
      maxConnections: 10,
      onError: (error) => errors.push(error),
    });
    origin = `http://127.0.0.1:${listener.address.port}`;
    close = () => listener.drain(1000);
  });
  afterAll(() => close());

  it("is handed out as far as it is there, and the rest as it comes", async () => {
    segment = new Segment(Buffer.from("head and what follows it"), 5);
    const response = await fetch(origin);
    expect(response.headers.get("content-length")).toBe("24");
    const pieces: string[] = [];
    for await (const piece of response.body ?? []) {
      pieces.push(Buffer.from(piece).toString());
      segment.reach(pieces.length === 1 ? 14 : 24);
    }
    expect(pieces).toEqual(["head ", "and what ", "follows it"]);
    expect(await (await fetch(origin)).text()).toBe(pieces.join(""));
  });

  it("has ranges, and says as much to HEAD", async () => {
    segment = new Segment(Buffer.from("head and what follows it"), 5);
    const range = fetch(origin, { headers: { range: "bytes=9-12" } }).then((response) => response.text());
    const { status, headers } = await fetch(origin, { method: "HEAD" });
    expect([status, headers.get("content-length"), headers.get("etag")]).toEqual([200, "24", '"a"']);
    segment.reach(24);
    expect(await range).toBe("what");
  });

  it("breaks off where nothing more comes, and does not end", async () => {
    segment = new Segment(Buffer.from("head and what follows it"), 5);
    const response = await fetch(origin);
    const failure = new Error("the disk is gone");
    segment.fail(failure);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(errors).toMatchObject([{ code: "FILM_UNREADABLE", cause: failure }]);
  });
});

describe("the octets of a segment", () => {
  it("are read once for all who ask at a time", async () => {
    const shelf = new FilmShelf();
    const packager = new Packager(shelf);
    const version = await shelf.version(SAMPLE);
    const ask = (): Promise<Segment | undefined> => packager.segment(version, "video", 1);
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first).toBeInstanceOf(Segment);
    expect(second).toBe(first);
    shelf.close();
  });

  it("are not handed out for others when the film gets shorter while it is read", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "film.mp4");
    copyFileSync(SAMPLE, path);
    const film = await Film.open(path);
    const reel = await film.reel("video", 9);
    truncateSync(path, statSync(path).size / 2);
    await expect(reel && readSamples(reel)).rejects.toThrow("it cannot be read on: the file is cut short");
    film.close();
  });
});
