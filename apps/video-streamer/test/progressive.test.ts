import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { ENGINES, serving } from "./serving.ts";

const FILE = "sample-180p.mp4";
const FILM = readFileSync(join(SAMPLE_FOLDER, FILE));
const SIZE = FILM.length;
/** The content on standard output, status and Content-Range on standard error. */
const curl = (...args: readonly string[]) =>
  run("curl", ["-sS", "-w", "%{stderr}%{http_code} %header{content-range}", ...args]);
const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

const client = realClient("curl");
describe.each(ENGINES)("a film as a file, engine %s", (_name, engine) => {
  const ranges: readonly (readonly [range: string, from: number, to: number])[] = [
    ["0-0", 0, 1],
    ["100-299", 100, 300],
    ["100000-", 100_000, SIZE],
    ["-500", SIZE - 500, SIZE],
    [`-${SIZE + 5}`, 0, SIZE],
    [`0-${SIZE + 5}`, 0, SIZE],
    [`${SIZE - 1}-`, SIZE - 1, SIZE],
  ];

  client.describe("with curl", () => {
    it("comes to curl whole and in ranges, octet for octet", async () => {
      await using site = await serving({}, engine);
      const url = `${site.origin}/media/${FILE}`;
      const whole = await run("curl", ["-sS", url]);
      expect(sha256(whole.stdout)).toBe(sha256(FILM));
      for (const [range, from, to] of ranges) {
        const part = await curl("-r", range, url);
        expect(sha256(part.stdout), range).toBe(sha256(FILM.subarray(from, to)));
        expect(part.stderr, range).toBe(`206 bytes ${from}-${to - 1}/${SIZE}`);
      }
      const several = await run("curl", ["-sS", "-r", "0-9,-5", url]);
      expect(several.text).toMatch(/^--.*\r\n/);
      expect(Buffer.from(several.stdout).includes(FILM.subarray(SIZE - 5))).toBe(true);
      // RFC 9110 §15.5.17: a start at the size is behind the last octet.
      const behind = await curl("-r", `${SIZE}-`, url);
      expect(behind.stderr).toBe(`416 bytes */${SIZE}`);
      expect(site.errors).toEqual([]);
    });
  });

  it("is not sent again to who has it, nor continued when it has changed", async () => {
    await using site = await serving({}, engine);
    const url = `${site.origin}/media/${FILE}`;
    const first = await fetch(url, { method: "HEAD" });
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("content-type")).toBe("video/mp4");
    expect(first.headers.get("access-control-allow-origin")).toBe("*");
    expect((await fetch(url, { headers: { "If-None-Match": etag } })).status).toBe(304);
    const range = { Range: "bytes=5-9" };
    expect((await fetch(url, { headers: { ...range, "If-Range": etag } })).status).toBe(206);
    expect((await fetch(url, { headers: { ...range, "If-Range": '"another"' } })).status).toBe(200);
  });

  it("is all there is: no other file of the folder, no way out of it, no other method", async () => {
    await using site = await serving({}, engine);
    const ask = async (path: string, method = "GET"): Promise<number> =>
      (await fetch(`${site.origin}${path}`, { method })).status;
    expect(await ask("/media/make.sh")).toBe(404);
    expect(await ask("/media/none.mp4")).toBe(404);
    expect(await ask("/media/..%2f..%2fpackage.mp4")).toBe(404);
    expect(await ask("/media/%2e%2e/sample/sample-180p.mp4")).toBe(404);
    expect(await ask("/media/%zz.mp4")).toBe(404);
    expect(await ask("/media/")).toBe(404);
    expect(await ask(`/media/${FILE}`, "POST")).toBe(405);
    expect(await ask(`/media/${FILE}`, "DELETE")).toBe(405);
    expect(site.errors).toEqual([]);
  });

  it("may be read by a player on another site's page", async () => {
    await using site = await serving({}, engine);
    const asked = await fetch(`${site.origin}/media/${FILE}`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://player.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range",
      },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toBe("range");
    expect(asked.headers.get("access-control-allow-methods")).toBe("GET, HEAD, OPTIONS");
  });
});
