/** What the app's options change, seen by curl: a single-page site for scripts of other sites, and one behind a password. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient } from "@socketscope/testkit";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { curlTrusting, type Curl } from "./support/curl.ts";
import { hashes, LARGE, sha256 } from "./support/folder.ts";
import { ENGINE_NAMES, start, type Started } from "./support/started.ts";

const HTML = ["--header", "Accept: text/html,*/*;q=0.8"];

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("curl", "openssl").describe("--spa --cors --coi --no-cache --access-log --metrics", () => {
    let site: Started;
    let curl: Curl;
    beforeAll(async () => {
      const own = [
        "--header",
        "Referrer-Policy: no-referrer",
        "--access-log",
        "json",
        "--metrics",
        "/metrics",
      ];
      site = await start(engine, ["--spa", "--cors", "--coi", "--no-cache", ...own]);
      curl = curlTrusting(site.ca);
    });
    afterAll(() => site?.[Symbol.asyncDispose]());
    const at = (path: string): string => `${site.url("https")}${path}`;

    it("answers a page it does not know with index.html and 200, a missing part with 404", async () => {
      const page = await curl([...HTML, at("/users/7/edit?tab=2")]);
      expect([page.status, sha256(page.octets)]).toEqual([200, hashes(site.root).get("index.html")]);
      expect((await curl([at("/users/7/edit")])).octets).toEqual(page.octets);
      expect((await curl([at("/missing.js")])).status).toBe(404);
      expect((await curl([...HTML, at("/about")])).text).toContain("<title>about</title>");
    });

    it("carries the fields asked for with files, errors and parts alike", async () => {
      for (const args of [[at("/data.json")], [at("/missing.js")], ["--range", "0-4", at("/large.bin")]]) {
        const { fields } = await curl(args);
        expect(Object.fromEntries(fields)).toMatchObject({
          "access-control-allow-origin": "*",
          "access-control-expose-headers": expect.stringContaining("Content-Range"),
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
          "cache-control": expect.stringMatching(/^no-(cache|store)$/),
          "referrer-policy": "no-referrer",
        });
      }
    });

    it("lets a script of another site ask for a range (preflight)", async () => {
      const asked = ["Origin: https://a.example", "Access-Control-Request-Method: GET"];
      const wanted = [...asked, "Access-Control-Request-Headers: range"].flatMap((line) => [
        "--header",
        line,
      ]);
      const { status, fields } = await curl(["--request", "OPTIONS", ...wanted, at("/large.bin")]);
      expect([status, fields.get("access-control-allow-headers")]).toEqual([204, "range"]);
    });

    it("writes a line of the log for each request, and counts it", async () => {
      await curl(["--user-agent", 'a "quoted"\tone', at("/data.json?logged")]);
      const line = await site.app.process.line((text) => text.includes("?logged"));
      expect(JSON.parse(line)).toMatchObject({
        remote: "127.0.0.1",
        secure: true,
        method: "GET",
        target: "/data.json?logged",
        status: 200,
        complete: true,
        agent: 'a "quoted"\tone',
      });
      const { text } = await curl([at("/metrics")]);
      expect(text).toMatch(/^http_requests_total\{method="GET",status="206"\} 1$/m);
    });

    it("lets a download that runs come to its end when told to stop", async () => {
      const args = ["--limit-rate", "4M", `${site.url("http")}/large.bin`];
      const download = curl(args);
      // The answer is logged when its last octet has been handed over: it must be on the way before.
      await curl([at("/index.html?before")]);
      const stopped = site.app.process.stop();
      const { code, octets } = await download;
      expect([code, sha256(octets), await stopped]).toEqual([0, sha256(LARGE), 0]);
    });
  });

  realClient("curl", "openssl").describe("--auth --https-redirect", () => {
    let site: Started;
    let curl: Curl;
    beforeAll(async () => {
      site = await start(engine, ["--auth", "BASE/users", "--https-redirect", "--login-delay", "1"], {
        prepare: (_, base) => writeFileSync(join(base, "users"), `ann:${hashSync("grüße:1", 4)}\n`),
      });
      curl = curlTrusting(site.ca);
    });
    afterAll(() => site?.[Symbol.asyncDispose]());
    const at = (path: string): string => `${site.url("https")}${path}`;

    it("RFC 9110 §15.4.9: leads from HTTP to HTTPS, with path and query, and lets a POST stay one", async () => {
      const { heads, seen, status } = await curl([
        // Another port is another origin: curl would keep the password from it.
        "--location-trusted",
        "--user",
        "ann:grüße:1",
        "--data",
        "x=1",
        `${site.url("http")}/about?x=%2F`,
      ]);
      expect([heads[0], seen.url, status]).toEqual([
        "HTTP/1.1 308 Permanent Redirect",
        at("/about?x=%2F"),
        405,
      ]);
    });

    it("lets in with the password, and nobody without", async () => {
      const without = await curl([at("/data.json")]);
      expect([without.status, without.fields.get("www-authenticate")]).toEqual([
        401,
        'Basic realm="Socketscope", charset="UTF-8"',
      ]);
      const wrong = await curl(["--user", "ann:x", at("/data.json")]);
      const right = await curl(["--user", "ann:grüße:1", at("/data.json")]);
      expect([wrong.status, right.status, sha256(right.octets)]).toEqual([
        401,
        200,
        hashes(site.root).get("data.json"),
      ]);
      // Asked first what is wanted (--anyauth), and on the same connection then.
      const asked = await curl(["--anyauth", "--user", "ann:grüße:1", at("/data.json")]);
      expect([asked.heads, asked.seen.connects]).toEqual([
        ["HTTP/1.1 401 Unauthorized", "HTTP/1.1 200 OK"],
        1,
      ]);
    });
  });
});
