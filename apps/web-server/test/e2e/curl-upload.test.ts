/** Files that curl brings: what lies on the disk afterwards is what counts. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { curlTrusting, type Curl } from "./support/curl.ts";
import { LARGE, sha256 } from "./support/folder.ts";
import { ENGINE_NAMES, SCHEMES, start, type Started } from "./support/started.ts";

const MIB = 1024 * 1024;
const BIG = Buffer.alloc(50 * MIB, LARGE);

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("curl", "openssl").describe("takes from curl", () => {
    let site: Started;
    let curl: Curl;
    const folder = new TemporaryFolder("brought");
    const big = join(folder.path, "big.bin");
    const brought = join(folder.path, "brought.bin");
    const page = join(folder.path, "page.html");
    beforeAll(async () => {
      writeFileSync(big, BIG);
      writeFileSync(brought, LARGE);
      writeFileSync(page, "<title>brought</title>");
      site = await start(engine, ["--writable", "ROOT/inbox", "--max-body", "51M"], {
        prepare: (root) => mkdirSync(join(root, "inbox")),
      });
      curl = curlTrusting(site.ca);
    });
    afterAll(async () => {
      folder[Symbol.dispose]();
      await site[Symbol.asyncDispose]();
    });

    describe.each(SCHEMES)("over %s", (scheme) => {
      const at = (path: string): string => `${site.url(scheme)}${path}`;
      const stored = (name: string): string => sha256(readFileSync(join(site.root, "inbox", name)));

      it("a body of unknown length in chunks", async () => {
        const name = `piped-${scheme}.bin`;
        const put = await curl(["--upload-file", "-", at(`/inbox/${name}`)], { input: LARGE });
        expect([put.code, put.status]).toEqual([0, 201]);
        expect(stored(name)).toBe(sha256(LARGE));
      });

      it("a form with two files and a field", async () => {
        const form = ["--form", `a=@${page};filename=grüße-${scheme}.html`, "--form", "note=hello"];
        const answer = await curl([
          ...form,
          "--form",
          `b=@${brought};filename=form-${scheme}.bin`,
          at("/inbox/"),
        ]);
        expect([answer.code, answer.status, answer.text]).toEqual([
          0,
          201,
          `/inbox/gr%C3%BC%C3%9Fe-${scheme}.html\n/inbox/form-${scheme}.bin\n`,
        ]);
        expect([stored(`grüße-${scheme}.html`), stored(`form-${scheme}.bin`)]).toEqual([
          sha256(readFileSync(page)),
          sha256(LARGE),
        ]);
      });

      it("a replacement only of the version that was seen", async () => {
        const target = at(`/inbox/seen-${scheme}.html`);
        const made = await curl(["--header", "If-None-Match: *", "--upload-file", page, target]);
        const twice = await curl(["--header", "If-None-Match: *", "--upload-file", page, target]);
        const etag = made.fields.get("etag") ?? "";
        const right = await curl(["--header", `If-Match: ${etag}`, "--upload-file", page, target]);
        const wrong = await curl(["--header", 'If-Match: "other"', "--upload-file", page, target]);
        expect([made, twice, right, wrong].map(({ status }) => status)).toEqual([201, 412, 204, 412]);
      });

      it("a wish to delete, and says what else can be done", async () => {
        const target = at(`/inbox/gone-${scheme}.html`);
        await curl(["--upload-file", page, target]);
        const options = await curl(["--request", "OPTIONS", target]);
        expect(options.fields.get("allow")).toBe("GET, HEAD, OPTIONS, PUT, DELETE");
        const removed = await curl(["--request", "DELETE", target]);
        expect([removed.status, existsSync(join(site.root, `inbox/gone-${scheme}.html`))]).toEqual([
          204,
          false,
        ]);
        expect((await curl(["--request", "DELETE", target])).status).toBe(404);
      });

      it("nothing outside of the folder that is writable", async () => {
        const outside = await curl(["--upload-file", page, at("/index.html")]);
        const dots = await curl(["--path-as-is", "--upload-file", page, at("/inbox/../index.html")]);
        const hidden = await curl(["--upload-file", page, at("/inbox/.htaccess")]);
        expect([outside, dots, hidden].map(({ status }) => status)).toEqual([405, 405, 403]);
        expect(readFileSync(join(site.root, "index.html"), "utf8")).toContain("<title>loading</title>");
      });
    });

    it("50 MiB with Expect: 100-continue, and gives them back", async () => {
      const put = await curl(["--upload-file", big, `${site.url("http")}/inbox/big.bin`]);
      expect([put.code, put.heads, put.fields.get("location")]).toEqual([
        0,
        ["HTTP/1.1 100 Continue", "HTTP/1.1 201 Created"],
        "/inbox/big.bin",
      ]);
      expect(sha256(readFileSync(join(site.root, "inbox/big.bin")))).toBe(sha256(BIG));
      const got = await curl([`${site.url("http")}/inbox/big.bin`]);
      expect(sha256(got.octets)).toBe(sha256(BIG));
      expect(got.fields.get("etag")).toBe(put.fields.get("etag"));
    });

    it("not what is too large, and says so before it is sent", async () => {
      using more = new TemporaryFolder("more");
      const file = join(more.path, "large");
      writeFileSync(file, Buffer.alloc(52 * MIB));
      const asked = await curl(["--upload-file", file, `${site.url("http")}/inbox/large`]);
      expect([asked.status, asked.seen.uploaded, asked.heads.length]).toEqual([413, 0, 1]);
      // Without asking: it is sent on while we answer, and the answer is readable all the same (RFC 9112 §9.6).
      const pushed = await curl([
        "--header",
        "Expect:",
        "--upload-file",
        file,
        `${site.url("http")}/inbox/large`,
      ]);
      expect(pushed.status).toBe(413);
      // Length unknown: seen only on the way.
      const piped = await curl(
        ["--header", "Expect:", "--upload-file", "-", `${site.url("http")}/inbox/large`],
        {
          input: readFileSync(file),
        },
      );
      expect(piped.status).toBe(413);
      expect(readdirSync(join(site.root, "inbox")).filter((name) => name.includes("large"))).toEqual([]);
    });

    it("nothing that another site's page sends", async () => {
      const target = `${site.url("http")}/inbox/`;
      const form = ["--form", `a=@${page};filename=evil.html`];
      const strange = await curl([...form, "--header", "Origin: http://evil.example", target]);
      const rebound = await curl([...form, "--header", "Host: evil.example", target]);
      expect([strange.status, rebound.status]).toEqual([403, 421]);
      expect(existsSync(join(site.root, "inbox/evil.html"))).toBe(false);
    });
  });
});
