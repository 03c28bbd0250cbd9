/** Content codings of static files: siblings that were compressed before, and compression on the fly. */
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { staticFiles } from "../src/index.ts";
import { ask } from "./requests.ts";
import { LARGE, OLD, Site, TEXT, typeOf, WAYS } from "./static-site.ts";

const site = new Site();
site.put("hello.txt", "0123456789");
site.put("text.txt", TEXT);
site.put("large.bin", LARGE);
site.put("large.txt", TEXT.repeat(100));
site.put("app.js", TEXT);
site.put("app.js.br", "brotli");
site.put("app.js.gz", gzipSync(TEXT));
site.put("app.js.zst", "zstandard");
site.put("stale.js", TEXT);
site.put("stale.js.br", "of before", new Date(OLD.getTime() - 1));
afterAll(() => site.remove());

describe.each(WAYS)("static files with codings, %s", (_how, options) => {
  const handler = staticFiles({ root: site.root, typeOf, ...options });

  it("precompressed siblings: one tag each, Vary always (RFC 9110 §8.8.3.3)", async () => {
    const tags = new Set<string>();
    const cases: [string | undefined, string | undefined, Buffer][] = [
      [undefined, undefined, Buffer.from(TEXT)],
      ["br", "br", Buffer.from("brotli")],
      ["gzip", "gzip", gzipSync(TEXT)],
      ["zstd", "zstd", Buffer.from("zstandard")],
      ["gzip, deflate, br, zstd", "br", Buffer.from("brotli")],
      ["br;q=0.5, zstd", "zstd", Buffer.from("zstandard")],
      ["identity", undefined, Buffer.from(TEXT)],
    ];
    for (let round = 0; round < 2; round++) {
      for (const [accept, coding, content] of cases) {
        const answer = await ask(
          handler,
          "GET",
          "/app.js",
          accept === undefined ? [] : ["Accept-Encoding", accept],
        );
        expect([accept, answer.fields.get("content-encoding")]).toEqual([accept, coding]);
        expect(answer.octets.equals(content)).toBe(true);
        expect(answer.fields.get("content-type")).toBe("text/javascript");
        expect(answer.fields.get("vary")).toBe("Accept-Encoding");
        const etag = answer.fields.get("etag")!;
        expect(etag).toMatch(/^"/);
        tags.add(etag);
        const lines = ["If-None-Match", etag, ...(accept === undefined ? [] : ["Accept-Encoding", accept])];
        const again = await ask(handler, "GET", "/app.js", lines);
        expect([again.status, again.fields.get("vary"), again.fields.get("etag")]).toEqual([
          304,
          "Accept-Encoding",
          etag,
        ]);
      }
    }
    expect(tags.size).toBe(4);
  });

  it("an older sibling is of another version", async () => {
    const { fields, octets } = await ask(handler, "GET", "/stale.js", ["Accept-Encoding", "br"]);
    expect(fields.get("content-encoding")).toBe("br");
    expect(brotliDecompressSync(octets).toString()).toBe(TEXT);
  });

  it.each(["/text.txt", "/large.txt"])(
    "compresses %s on the fly, with a weak tag of its own",
    async (target) => {
      const whole = await ask(handler, "GET", target);
      for (const [coding, decode] of [
        ["gzip", gunzipSync],
        ["br", brotliDecompressSync],
      ] as const) {
        for (let i = 0; i < 2; i++) {
          const { fields, octets, length } = await ask(handler, "GET", target, ["Accept-Encoding", coding]);
          expect(fields.get("content-encoding")).toBe(coding);
          expect(fields.get("vary")).toBe("Accept-Encoding");
          expect(fields.get("accept-ranges")).toBeUndefined();
          expect(decode(octets).equals(whole.octets)).toBe(true);
          expect(length === undefined || length === octets.length).toBe(true);
          const etag = fields.get("etag")!;
          expect(etag).toBe(`W/${whole.fields.get("etag")!.slice(0, -1)}-${coding}"`);
          const again = await ask(handler, "GET", target, ["Accept-Encoding", coding, "If-None-Match", etag]);
          expect([again.status, again.octets.length]).toEqual([304, 0]);
        }
      }
    },
  );

  it("ranges count octets of the file as it is", async () => {
    const { status, fields, octets } = await ask(handler, "GET", "/text.txt", [
      "Accept-Encoding",
      "gzip",
      "Range",
      "bytes=0-7",
    ]);
    expect([status, fields.get("content-encoding"), octets.toString()]).toEqual([206, undefined, "The same"]);
    expect(fields.get("content-range")).toBe(`bytes 0-7/${TEXT.length}`);
  });

  it("leaves alone what is small, or does not shrink", async () => {
    for (const target of ["/hello.txt", "/large.bin"]) {
      const { fields } = await ask(handler, "GET", target, ["Accept-Encoding", "gzip, br"]);
      expect([fields.get("content-encoding"), fields.get("vary")]).toEqual([undefined, undefined]);
    }
  });

  it("406 when no form is acceptable (RFC 9110 §12.5.3)", async () => {
    expect((await ask(handler, "GET", "/large.bin", ["Accept-Encoding", "identity;q=0"])).status).toBe(406);
    const coded = await ask(handler, "GET", "/text.txt", ["Accept-Encoding", "gzip, identity;q=0"]);
    expect([coded.status, coded.fields.get("content-encoding")]).toEqual([200, "gzip"]);
  });
});
