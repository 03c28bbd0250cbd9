/** What curl gets of a site: every octet, by every way to ask for fewer of them. Both engines, in clear and under TLS. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { realClient, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { curlTrusting, type Curl } from "./support/curl.ts";
import { hashes, LARGE, LARGE_CHANGED, LONG_TEXT, sha256, zstdFrame } from "./support/folder.ts";
import { ENGINE_NAMES, SCHEMES, start, type Started } from "./support/started.ts";

/** Siblings that a build step would have made. */
function precompress(root: string): void {
  const text = Buffer.from(LONG_TEXT);
  writeFileSync(join(root, "packed.txt"), text);
  writeFileSync(join(root, "packed.txt.zst"), zstdFrame(text));
  writeFileSync(join(root, "packed.txt.br"), brotliCompressSync(text));
}

const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("curl", "openssl").describe("asked by curl", () => {
    let site: Started;
    let curl: Curl;
    beforeAll(async () => {
      site = await start(engine, ["--header", "X-House: a  b"], { prepare: precompress });
      curl = curlTrusting(site.ca);
    });
    afterAll(() => site[Symbol.asyncDispose]());

    describe.each(SCHEMES)("over %s", (scheme) => {
      const at = (path: string): string => `${site.url(scheme)}${path}`;

      it("gives every file byte for byte, all on one connection", async () => {
        using folder = new TemporaryFolder("all");
        const files = [...hashes(site.root)].filter(([path]) => path !== "leads-out.txt");
        const urls = files.flatMap(([path], at_) => [
          ...(at_ === 0 ? [] : ["--output", join(folder.path, `${at_}`)]),
          at(`/${encoded(path)}`),
        ]);
        const { code, seen } = await curl(urls, { output: join(folder.path, "0") });
        expect([code, seen.connects]).toEqual([0, 0]);
        const came = hashes(folder.path);
        expect(files.map((_, index) => came.get(`${index}`))).toEqual(files.map(([, hash]) => hash));
      });

      it("answers on IPv6 and by the name localhost as well", async () => {
        const { port } = new URL(site.url(scheme));
        for (const host of ["[::1]", "localhost", "127.0.0.1"]) {
          const { code, status } = await curl([`${scheme}://${host}:${port}/data.json`]);
          expect([host, code, status]).toEqual([host, 0, 200]);
        }
      });

      it("gives ranges: first, last, from, several", async () => {
        const first = await curl(["--range", "0-0", at("/large.bin")]);
        expect([first.status, first.fields.get("content-range"), [...first.octets]]).toEqual([
          206,
          `bytes 0-0/${LARGE.length}`,
          [LARGE[0]],
        ]);
        const last = await curl(["--range", "-1000", at("/large.bin")]);
        expect([last.status, sha256(last.octets)]).toEqual([206, sha256(LARGE.subarray(-1000))]);
        const from = await curl(["--range", "1500000-", at("/large.bin")]);
        expect([from.status, sha256(from.octets)]).toEqual([206, sha256(LARGE.subarray(1_500_000))]);
        const several = await curl(["--range", "0-9,1000000-1000099,-5", at("/large.bin")]);
        expect(several.status).toBe(206);
        // RFC 9110 §14.6: each part says which octets it holds.
        expect(partsOf(several.octets, several.fields.get("content-type"))).toEqual([
          [`bytes 0-9/${LARGE.length}`, sha256(LARGE.subarray(0, 10))],
          [`bytes 1000000-1000099/${LARGE.length}`, sha256(LARGE.subarray(1_000_000, 1_000_100))],
          [`bytes ${LARGE.length - 5}-${LARGE.length - 1}/${LARGE.length}`, sha256(LARGE.subarray(-5))],
        ]);
        const beyond = await curl(["--range", `${LARGE.length}-`, at("/large.bin")]);
        expect([beyond.status, beyond.fields.get("content-range")]).toEqual([416, `bytes */${LARGE.length}`]);
      });

      it("resumes a broken download, and gives the whole where it has changed (If-Range)", async () => {
        using folder = new TemporaryFolder("resume");
        const output = join(folder.path, "large.bin");
        writeFileSync(output, LARGE.subarray(0, 1_234_567));
        const resumed = await curl(["--continue-at", "-", at("/large.bin")], { output });
        expect([resumed.code, resumed.status, sha256(resumed.octets)]).toEqual([0, 206, sha256(LARGE)]);
        const etag = resumed.fields.get("etag") ?? "";
        const ifRange = (tag: string) => ["--range", "7-", "--header", `If-Range: ${tag}`, at("/large.bin")];
        expect([(await curl(ifRange(etag))).status, (await curl(ifRange('"old"'))).status]).toEqual([
          206, 200,
        ]);
      });

      it("says that nothing has changed, by tag and by date", async () => {
        using folder = new TemporaryFolder("tags");
        const tags = join(folder.path, "tag");
        expect((await curl(["--etag-save", tags, at("/large.bin")])).status).toBe(200);
        const same = await curl(["--etag-compare", tags, at("/large.bin")]);
        expect([same.status, same.octets.length]).toEqual([304, 0]);
        const since = async (offset: number): Promise<number> => {
          const date = new Date(LARGE_CHANGED.getTime() + offset).toUTCString();
          return (await curl(["--time-cond", date, at("/large.bin")])).status;
        };
        expect([await since(0), await since(-1000)]).toEqual([304, 200]);
      });

      it.each([
        ["br", "/long.txt"],
        ["gzip", "/long.txt"],
        ["zstd", "/packed.txt"],
        ["br", "/packed.txt"],
      ])("packs as %s, which curl unpacks to what is on the disk: %s", async (coding, path) => {
        const { code, fields, text } = await curl([
          "--compressed",
          "--header",
          `Accept-Encoding: ${coding}`,
          at(path),
        ]);
        expect([code, fields.get("content-encoding"), fields.get("vary")]).toEqual([
          0,
          coding,
          "Accept-Encoding",
        ]);
        expect(text).toBe(LONG_TEXT);
        expect((await curl(["--header", "Accept-Encoding: identity", at(path)])).fields.get("etag")).not.toBe(
          fields.get("etag"),
        );
      });

      it("says with HEAD what it would with GET, and goes on with the connection", async () => {
        const get = await curl([at("/large.bin")]);
        const head = await curl(["--head", at("/large.bin"), at("/data.json")]);
        expect([head.code, head.heads, head.seen.connects]).toEqual([0, Array(2).fill("HTTP/1.1 200 OK"), 0]);
        const alone = await curl(["--head", at("/large.bin")]);
        const without = (fields: ReadonlyMap<string, string>) =>
          Object.fromEntries([...fields].filter(([name]) => name !== "date"));
        expect(without(alone.fields)).toEqual(without(get.fields));
        expect(alone.fields.get("x-house")).toBe("a  b");
      });

      it("tells what it can do: OPTIONS, of one address and of all, and 405 with Allow", async () => {
        const one = await curl(["--request", "OPTIONS", at("/data.json")]);
        const all = await curl(["--request", "OPTIONS", "--request-target", "*", at("/")]);
        expect([one.status, one.fields.get("allow"), all.status]).toEqual([204, "GET, HEAD, OPTIONS", 204]);
        const post = await curl(["--data", "a=b", at("/data.json")]);
        expect([post.status, post.fields.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
      });

      it("speaks HTTP/1.0 with who asks so, and ends the connection", async () => {
        const old = await curl(["--http1.0", at("/large.bin"), at("/data.json")]);
        // RFC 9110 §6.2: we name the highest version we speak, not the client's.
        expect([old.code, old.status, old.seen.connects, old.heads.at(-1)]).toEqual([
          0,
          200,
          1,
          "HTTP/1.1 200 OK",
        ]);
      });

      it("stays at 1.1 where curl offers HTTP/2 as well", async () => {
        const { code, seen } = await curl(["--http2", at("/data.json")]);
        expect([code, seen.version]).toEqual([0, "1.1"]);
      });

      it("leads a folder's name to the folder, and a name without .html to the page", async () => {
        const folder = await curl(["--location", at("/dots?x=1")]);
        expect([folder.heads[0], folder.seen.url, folder.status]).toEqual([
          expect.stringMatching(/^HTTP\/1\.1 30[18]/),
          at("/dots/?x=1"),
          200,
        ]);
        expect((await curl([at("/about")])).text).toContain("<title>about</title>");
      });

      it.each([
        ["/nothing", 404],
        ["/.env", 404],
        ["/.hidden/secret.txt", 404],
        ["/leads-out.txt", 404],
        ["/../outside.txt", 404],
        ["/%2e%2e/outside.txt", 404],
        ["/dots/..%2f..%2foutside.txt", 400],
        ["/%zz", 400],
        ["/%", 400],
        ["/a%00b", 400],
      ])("refuses %s with %d, and gives nothing away", async (path, status) => {
        const answer = await curl(["--path-as-is", at(path)]);
        expect([answer.code, answer.status]).toEqual([0, status]);
        expect(answer.text).not.toContain("SECRET");
        expect(answer.octets.length).toBeGreaterThan(0);
      });
    });

    it("is not trusted without our CA", async () => {
      using folder = new TemporaryFolder("empty");
      const strangers = join(folder.path, "none.pem");
      writeFileSync(strangers, "");
      const { code } = await curlTrusting(strangers)([`${site.url("https")}/`]);
      // 60: the certificate cannot be verified; 77: no certificate in the file of those that are trusted.
      expect([60, 77]).toContain(code);
    });

    it("has a CA that cannot speak for a name outside", async () => {
      const { port } = new URL(site.url("https"));
      const { code } = await curl([
        "--resolve",
        `example.com:${port}:127.0.0.1`,
        `https://example.com:${port}/`,
      ]);
      expect(code).toBe(60);
    });
  });
});

/** Content-Range and SHA-256 of each part of a multipart/byteranges. */
function partsOf(body: Buffer, type = ""): [string | undefined, string][] {
  const boundary = /^multipart\/byteranges; boundary="?([^"]+)"?$/.exec(type)?.[1] ?? "";
  const text = body.toString("latin1");
  const whole = `\r\n${text}`.split(`\r\n--${boundary}`);
  expect(whole.at(-1)?.trim()).toBe("--");
  return whole.slice(1, -1).map((part) => {
    const end = part.indexOf("\r\n\r\n");
    const range = /content-range: (.+)/i.exec(part.slice(0, end))?.[1];
    return [range, sha256(Buffer.from(part.slice(end + 4), "latin1"))];
  });
}
