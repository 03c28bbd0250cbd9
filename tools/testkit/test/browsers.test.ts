/** Both browsers against node:http and node:https: what the launchers see must be what was sent. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChromium, openFirefox } from "../src/browsers.ts";
import { realClient } from "../src/real-client.ts";
import { run } from "../src/run.ts";
import { TemporaryFolder } from "../src/temporary-folder.ts";

const script =
  "document.title = 'loaded'; fetch('/data.bin').then((r) => r.arrayBuffer()).then((b) => { document.title = `got ${b.byteLength}`; });";
const data = new Uint8Array(3000).map((_, at) => at % 251);
const html = (body: string): string =>
  `<!doctype html><title>test</title><link rel="icon" href="data:,"><body>${body}`;
const files: Readonly<Record<string, readonly [type: string, content: string | Uint8Array]>> = {
  "/": [
    "text/html; charset=utf-8",
    html('<link rel="stylesheet" href="/a.css"><script src="/a.js"></script>'),
  ],
  "/a.css": ["text/css", "body { color: #123456 }"],
  "/a.js": ["text/javascript", script],
  "/data.bin": ["application/octet-stream", data],
  "/console": ["text/html", html("<script>console.error('it broke')</script>")],
  "/throws": [
    "text/html",
    html("<script>setTimeout(() => { throw new TypeError('uncaught one') })</script>"),
  ],
  "/missing": ["text/html", html('<img src="/nowhere.png">')],
  "/refused": ["text/html", html("<script>fetch('/hang-up').catch(() => 0)</script>")],
};
const answer: RequestListener = (request, response) => {
  if (request.url === "/hang-up") return request.socket.destroy();
  const file = files[request.url ?? ""];
  return response
    .writeHead(file === undefined ? 404 : 200, { "content-type": file?.[0] ?? "text/plain" })
    .end(file?.[1] ?? "no");
};

async function openssl(...args: string[]): Promise<void> {
  expect(await run("openssl", args)).toMatchObject({ code: 0 });
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** expect.poll gives up after a second by itself, too soon for a busy machine. */

describe.each([
  ["chromium", "chromium", openChromium],
  ["firefox", "firefox-esr", openFirefox],
] as const)("%s", (_name, program, open) => {
  realClient(program, "certutil", "openssl").describe("through its launcher", () => {
    const folder = new TemporaryFolder("browsers");
    const at = (name: string): string => join(folder.path, name);
    const ca = join(folder.path, "ca.pem");
    let http = createHttpServer(answer);
    let https = createHttpServer();
    let urls: { http: string; https: string };
    let browser: Awaited<ReturnType<typeof open>>;

    beforeAll(async () => {
      const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
      await openssl(
        "req",
        "-x509",
        ...newKey,
        "-keyout",
        at("ca.key"),
        "-out",
        ca,
        "-subj",
        "/CN=Test CA",
        "-days",
        "2",
      );
      await openssl(
        "req",
        "-x509",
        ...newKey,
        "-keyout",
        at("leaf.key"),
        "-out",
        at("leaf.pem"),
        "-subj",
        "/CN=leaf",
        "-days",
        "2",
        "-CA",
        ca,
        "-CAkey",
        at("ca.key"),
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
      );
      https = createHttpsServer(
        { key: readFileSync(at("leaf.key")), cert: readFileSync(at("leaf.pem")) },
        answer,
      );
      urls = { http: `http://${await listen(http)}`, https: `https://${await listen(https)}` };
      browser = await open({ ca });
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      http.closeAllConnections();
      https.closeAllConnections();
      http.close();
      https.close();
      folder[Symbol.dispose]();
    });

    it.each(["http", "https"] as const)(
      "sees a clean page over %s, each asset octet by octet",
      async (scheme) => {
        await using page = await browser.newPage();
        expect(await page.goto(`${urls[scheme]}/`)).toBe(200);
        await expect.poll(() => page.evaluate("document.title")).toBe("got 3000");
        expect(page.problems).toEqual([]);
        expect(
          page.responses.map((one) => `${one.url.slice(urls[scheme].length)} ${one.status}`).toSorted(),
        ).toEqual(["/ 200", "/a.css 200", "/a.js 200", "/data.bin 200"]);
        for (const response of page.responses) {
          const path = response.url.slice(urls[scheme].length);
          expect(Buffer.from((await response.body()) ?? "none")).toEqual(
            Buffer.from(files[path]?.[1] ?? "unknown"),
          );
          expect(response.headers["content-type"]).toBe(files[path]?.[0]);
        }
      },
    );

    it.each([
      ["/console", /console: it broke/],
      ["/throws", /uncaught: .*uncaught one/],
      ["/refused", /failed: .*hang-up/],
    ])("sees what is wrong with %s", async (path, problem) => {
      await using page = await browser.newPage();
      await page.goto(urls.http + path);
      await expect.poll(() => page.problems.join("\n")).toMatch(problem);
    });

    it("sees the status of what is missing", async () => {
      await using page = await browser.newPage();
      expect(await page.goto(`${urls.http}/missing`)).toBe(200);
      expect(page.responses.find((one) => one.url.endsWith("/nowhere.png"))?.status).toBe(404);
    });

    it("takes a picture of the size asked for", async () => {
      await using page = await browser.newPage();
      await page.setViewport(640, 480);
      await page.goto(`${urls.http}/`);
      const png = Buffer.from(await page.screenshot());
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 480]);
    });

    it("trusts nobody else", async () => {
      await using stranger = await open();
      await using page = await stranger.newPage();
      await expect(page.goto(`${urls.https}/`)).rejects.toThrow(/CERT|ISSUER|SSL|certificate/i);
    });
  });
});
