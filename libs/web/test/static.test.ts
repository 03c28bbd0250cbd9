import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { staticFiles } from "../src/index.ts";
import { ask } from "./requests.ts";
import { LARGE, Site, TEXT, typeOf, WAYS } from "./static-site.ts";

const LAST_MODIFIED = "Thu, 02 Jan 2020 03:04:05 GMT";

const site = new Site();
beforeAll(() => {
  site.put("index.html", "<h1>home</h1>");
  site.put("hello.txt", "0123456789");
  site.put("about.html", "<h1>about</h1>");
  site.put("docs/index.html", "<h1>docs</h1>");
  site.put("both.html", "page");
  site.put("both/index.html", "folder");
  site.put("bare/file.bin", "x");
  site.put("empty.txt", "");
  site.put("text.txt", TEXT);
  site.put("large.bin", LARGE);
  site.put("large.txt", TEXT.repeat(100));
  site.put("café ünï/naïve file.txt", "utf-8");
  site.put("100%.txt", "percent");
  site.put("a:b/index.html", "colon");
  site.put(".env", "SECRET");
  site.put(".git/config", "SECRET");
  site.put("docs/.hidden", "SECRET");
  site.put(".well-known/security.txt", "public");
  site.put(".well-known/.secret", "SECRET");
  site.put("../outside.txt", "SECRET");
  site.put("../outside/index.html", "SECRET");
  symlinkSync("../outside.txt", join(site.root, "out.txt"));
  symlinkSync("../outside", join(site.root, "out"));
  symlinkSync(join(site.base, "outside.txt"), join(site.root, "absolute.txt"));
  symlinkSync("hello.txt", join(site.root, "inside.txt"));
  symlinkSync("docs", join(site.root, "inside"));
  symlinkSync(".env", join(site.root, "disguise.txt"));
  symlinkSync("loop", join(site.root, "loop"));
  symlinkSync("nowhere", join(site.root, "dangling"));
  execFileSync("mkfifo", [join(site.root, "pipe.txt")]);
  symlinkSync("/dev/zero", join(site.root, "zero.txt"));
});
afterAll(() => site.remove());

describe.each(WAYS)("static files, %s", (_how, options) => {
  const handler = staticFiles({ root: site.root, typeOf, ...options });

  it("serves a file with its validators", async () => {
    for (let i = 0; i < 3; i++) {
      const { status, fields, octets, length } = await ask(handler, "GET", "/hello.txt");
      expect([status, octets.toString(), length]).toEqual([200, "0123456789", 10]);
      expect(fields.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(fields.get("last-modified")).toBe(LAST_MODIFIED);
      expect(fields.get("accept-ranges")).toBe("bytes");
      expect(fields.get("etag")).toMatch(/^"[0-9a-z-]+"$/);
      expect(fields.get("vary")).toBeUndefined();
      expect(fields.get("content-encoding")).toBeUndefined();
    }
  });

  it("HEAD announces the same and reads nothing (RFC 9110 §9.3.2)", async () => {
    const get = await ask(handler, "GET", "/large.bin");
    const head = await ask(handler, "HEAD", "/large.bin");
    expect(get.octets.equals(LARGE)).toBe(true);
    expect(head.octets.length).toBe(0);
    expect([head.status, head.length, head.fields.lines]).toEqual([200, LARGE.length, get.fields.lines]);
  });

  it.each(["POST", "PUT", "DELETE", "get", "BREW"])(
    "%s → 405 with Allow (RFC 9110 §15.5.6)",
    async (method) => {
      const { status, fields } = await ask(handler, method, "/hello.txt");
      expect([status, fields.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    },
  );

  it.each(["/hello.txt", "/none.txt", "*"])(
    "OPTIONS %s → 204 with Allow (RFC 9110 §9.3.7)",
    async (target) => {
      const { status, fields, octets } = await ask(handler, "OPTIONS", target);
      expect([status, fields.get("allow"), octets.length]).toEqual([204, "GET, HEAD, OPTIONS", 0]);
    },
  );

  it.each([
    ["/", "<h1>home</h1>"],
    ["/index.html", "<h1>home</h1>"],
    ["/about", "<h1>about</h1>"],
    ["/about.html", "<h1>about</h1>"],
    ["/docs/", "<h1>docs</h1>"],
    ["/both", "page"],
    ["/both/", "folder"],
    ["/empty.txt", ""],
    ["/caf%C3%A9%20%C3%BCn%C3%AF/na%C3%AFve%20file.txt", "utf-8"],
    ["/100%25.txt", "percent"],
    ["/docs/../hello.txt", "0123456789"],
    ["//hello.txt", "0123456789"],
    ["/.well-known/security.txt", "public"],
    ["/inside.txt", "0123456789"],
    ["/inside/", "<h1>docs</h1>"],
    ["/hello.txt?x=../../etc/passwd", "0123456789"],
  ])("GET %s", async (target, content) => {
    const { status, octets } = await ask(handler, "GET", target);
    expect([status, octets.toString()]).toEqual([200, content]);
  });

  it.each([
    ["/docs", "./docs/"],
    ["/docs?a=1&b=//x", "./docs/?a=1&b=//x"],
    ["/caf%C3%A9%20%C3%BCn%C3%AF", "./caf%C3%A9%20%C3%BCn%C3%AF/"],
    ["/a:b", "./a:b/"],
    ["//docs", "./docs/"],
    ["/x/..//docs", "./docs/"],
  ])("redirects a folder: %s → %s", async (target, location) => {
    const { status, fields } = await ask(handler, "GET", target);
    expect([status, fields.get("location")]).toEqual([301, location]);
    const site = new URL("http://site.example/");
    site.pathname = target.split("?")[0]!;
    expect(new URL(location, site).host).toBe("site.example");
  });

  const REFUSED: [string, number][] = [
    ["/../outside.txt", 404],
    ["/%2e%2e/outside.txt", 404],
    ["/docs/../../outside.txt", 404],
    ["/..%2foutside.txt", 400],
    ["/..%5coutside.txt", 400],
    ["/..\\outside.txt", 400],
    ["/%252e%252e/outside.txt", 404],
    ["/%c0%ae%c0%ae/outside.txt", 400],
    ["/hello.txt%00", 400],
    ["/hello.txt%00.html", 400],
    ["/%", 400],
    ["/%zz", 400],
    ["/%ff", 400],
    ["/hello.txt/", 404],
    ["/hello.txt/x", 404],
    ["/nothing", 404],
    ["/bare/", 404],
    ["/.env", 404],
    ["/.git/config", 404],
    ["/.git/", 404],
    ["/.git", 404],
    ["/docs/.hidden", 404],
    ["/.well-known/.secret", 404],
    ["/docs/.well-known/x", 404],
    ["/%2eenv", 404],
    ["/out.txt", 404],
    ["/out/", 404],
    ["/out", 404],
    ["/out/index.html", 404],
    ["/absolute.txt", 404],
    ["/disguise.txt", 404],
    ["/loop", 404],
    ["/dangling", 404],
    ["/pipe.txt", 404],
    ["/zero.txt", 404],
    [`/${"a".repeat(300)}`, 404],
    ["/a".repeat(4000), 404],
    ["/proc/self/environ", 404],
    ["/////etc/passwd", 404],
  ];
  it.each(REFUSED)("refuses %s: %i", async (target, expected) => {
    const { status, octets, fields } = await ask(handler, "GET", target);
    expect(status).toBe(expected);
    expect(octets.toString()).not.toContain("SECRET");
    expect(octets.length).toBeGreaterThan(0);
    expect(fields.get("content-type")).toBe("text/plain; charset=utf-8");
  });

  it("conditions: 304 keeps the tag, 412 fails (RFC 9110 §13)", async () => {
    const etag = (await ask(handler, "GET", "/hello.txt")).fields.get("etag")!;
    const cases: [string[], number][] = [
      [["If-None-Match", etag], 304],
      [["If-None-Match", `"x", W/${etag}`], 304],
      [["If-None-Match", '"x"'], 200],
      [["If-Modified-Since", LAST_MODIFIED], 304],
      [["If-Match", '"x"'], 412],
      [["If-Match", etag, "If-None-Match", etag], 304],
      [["If-Unmodified-Since", "Thu, 02 Jan 2020 03:04:04 GMT"], 412],
      [["If-None-Match", etag, "Range", "bytes=0-1"], 304],
    ];
    for (const [lines, expected] of cases) {
      const { status, fields, octets } = await ask(handler, "GET", "/hello.txt", lines);
      expect([lines, status]).toEqual([lines, expected]);
      expect([lines, fields.get("etag")]).toEqual([lines, expected === 412 ? undefined : etag]);
      expect(octets.length > 0).toBe(expected !== 304);
    }
  });

  it("ranges (RFC 9110 §14)", async () => {
    const etag = (await ask(handler, "GET", "/hello.txt")).fields.get("etag")!;
    const cases: [string[], number, string | undefined, string][] = [
      [["Range", "bytes=2-4"], 206, "bytes 2-4/10", "234"],
      [["Range", "bytes=-3"], 206, "bytes 7-9/10", "789"],
      [["Range", "bytes=7-"], 206, "bytes 7-9/10", "789"],
      [["Range", "bytes=0-"], 206, "bytes 0-9/10", "0123456789"],
      [
        ["Range", "bytes=10-"],
        416,
        "bytes */10",
        "The file has 10 octets; the range asked for is not among them.\n",
      ],
      [["Range", "bytes=4-2"], 200, undefined, "0123456789"],
      [["Range", "lines=1-2"], 200, undefined, "0123456789"],
      [["Range", "bytes=2-4", "If-Range", etag], 206, "bytes 2-4/10", "234"],
      [["Range", "bytes=2-4", "If-Range", '"x"'], 200, undefined, "0123456789"],
      [["Range", "bytes=2-4", "If-Range", LAST_MODIFIED], 206, "bytes 2-4/10", "234"],
    ];
    for (const [lines, status, range, content] of cases) {
      const answer = await ask(handler, "GET", "/hello.txt", lines);
      const seen = [
        lines,
        answer.status,
        answer.fields.get("content-range"),
        answer.octets.toString(),
        answer.length,
      ];
      expect(seen).toEqual([lines, status, range, content, content.length]);
    }
    const head = await ask(handler, "HEAD", "/hello.txt", ["Range", "bytes=2-4"]);
    expect([head.status, head.length]).toEqual([200, 10]);
  });

  it("several ranges (RFC 9110 §14.6)", async () => {
    const { status, fields, octets, length } = await ask(handler, "GET", "/large.bin", [
      "Range",
      "bytes=0-1,-2,5000-7999",
    ]);
    expect(status).toBe(206);
    expect(fields.get("content-range")).toBeUndefined();
    expect(octets.length).toBe(length);
    const type = fields.get("content-type") ?? "";
    const boundary = type.replace("multipart/byteranges; boundary=", "");
    expect(boundary).toMatch(/^[0-9a-f]{36}$/);
    const part = (from: number, to: number) =>
      `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${from}-${to - 1}/700001\r\n\r\n${LARGE.toString("latin1", from, to)}\r\n`;
    const expected = part(0, 2) + part(699_999, 700_001) + part(5000, 8000) + `--${boundary}--\r\n`;
    expect(octets.toString("latin1") === expected).toBe(true);
    const again = await ask(handler, "GET", "/large.bin", ["Range", "bytes=0-1,5-6"]);
    expect(again.fields.get("content-type")).not.toContain(boundary);
  });

  it("falls back for navigations only, and never for a hidden or malformed name's sake", async () => {
    const spa = staticFiles({ root: site.root, typeOf, fallback: "index.html", ...options });
    const page = ["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"];
    for (let i = 0; i < 2; i++) {
      const navigation = await ask(spa, "GET", "/some/view", page);
      expect([navigation.status, navigation.octets.toString()]).toEqual([200, "<h1>home</h1>"]);
      expect(navigation.fields.get("vary")).toBe("Accept, Sec-Fetch-Dest");
    }
    const script = await ask(spa, "GET", "/missing.js", ["Accept", "*/*"]);
    expect([script.status, script.fields.get("vary")]).toEqual([404, "Accept, Sec-Fetch-Dest"]);
    // As curl asks, and a browser that follows a link: a page; as a page's script and its picture ask: none.
    const status = async (...lines: string[]): Promise<number> =>
      (await ask(spa, "GET", "/some/view", lines)).status;
    expect([await status("Accept", "*/*"), await status()]).toEqual([200, 200]);
    expect(await status("Accept", "*/*", "Sec-Fetch-Dest", "document")).toBe(200);
    expect(await status("Accept", "*/*", "Sec-Fetch-Dest", "empty")).toBe(404);
    expect(await status("Accept", "application/json")).toBe(404);
    expect(await status("Accept", "image/avif,*/*;q=0.8", "Sec-Fetch-Dest", "image")).toBe(404);
    expect((await ask(spa, "GET", "/missing.js")).status).toBe(404);
    expect((await ask(spa, "GET", "/hello.txt", page)).octets.toString()).toBe("0123456789");
    expect((await ask(spa, "GET", "/%zz", page)).status).toBe(400);
    expect((await ask(spa, "GET", "/.env", page)).octets.toString()).toBe("<h1>home</h1>");
    expect((await ask(spa, "GET", "/fallback", ["Accept", "text/css"])).status).toBe(404);
  });

  it("follows links out of the root only when told to", async () => {
    const open = staticFiles({ root: site.root, typeOf, followSymlinks: true, ...options });
    expect((await ask(open, "GET", "/out.txt")).octets.toString()).toBe("SECRET");
    expect((await ask(open, "GET", "/out/")).octets.toString()).toBe("SECRET");
    expect((await ask(open, "GET", "/.env")).status).toBe(404);
  });

  it("hands folders and errors to the app", async () => {
    const own = staticFiles({
      root: site.root,
      typeOf,
      ...options,
      list: (folder) => ({ status: 200, content: `${folder.path} at ${folder.location}` }),
      problem: (problem) => ({
        status: problem.status,
        fields: problem.fields,
        content: `sorry: ${problem.status}`,
      }),
    });
    const folder = await ask(own, "GET", "/bare/");
    expect(folder.octets.toString()).toMatch(/^\/bare\/ at .*root\/bare$/);
    expect((await ask(own, "GET", "/.git/")).octets.toString()).toBe("sorry: 404");
    const wrong = await ask(own, "POST", "/");
    expect([wrong.octets.toString(), wrong.fields.get("allow")]).toEqual([
      "sorry: 405",
      "GET, HEAD, OPTIONS",
    ]);
  });

  it("sends Cache-Control and fields of the app's, with 304 too", async () => {
    const own = staticFiles({
      root: site.root,
      typeOf,
      ...options,
      cacheControl: (path) => (path.endsWith(".html") ? "no-cache" : undefined),
      fields: ["X-Content-Type-Options", "nosniff"],
    });
    const page = await ask(own, "GET", "/");
    expect([page.fields.get("cache-control"), page.fields.get("x-content-type-options")]).toEqual([
      "no-cache",
      "nosniff",
    ]);
    const same = await ask(own, "GET", "/", ["If-None-Match", page.fields.get("etag")!]);
    expect([same.status, same.fields.get("cache-control")]).toEqual([304, "no-cache"]);
    expect((await ask(own, "GET", "/hello.txt")).fields.get("cache-control")).toBeUndefined();
  });
});
