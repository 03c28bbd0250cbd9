/** One suite for both browsers: a page and its parts, byte for byte, with an empty console; TLS verified by our CA. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { realClient } from "@socketscope/testkit";
import type { Browser, BrowserOptions, BrowserPage } from "@socketscope/testkit/browsers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { hashes, LARGE, sha256 } from "./folder.ts";
import { ENGINE_NAMES, SCHEMES, start, type EngineName, type Scheme, type Started } from "./started.ts";

/** What a browser loads of index.html by itself; app.mjs fetches the last two. */
const PARTS = [
  "",
  "style.css",
  "dots/more.css",
  "app.mjs",
  "sum.mjs",
  "dot.png",
  "mark.svg",
  "data.json",
  "large.bin",
] as const;
const READY = `ready 79800 ${LARGE.length} rgb(18, 52, 86)`;

/** In the page: fetches `paths` and gives their SHA-256. */
const fetchHashes = (paths: readonly string[]): string => `(async (paths) => Object.fromEntries(
  await Promise.all(paths.map(async (path) => {
    const octets = await (await fetch("/" + path.split("/").map(encodeURIComponent).join("/"))).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
    return [path, Array.from(digest, (octet) => octet.toString(16).padStart(2, "0")).join("")];
  }))))(${JSON.stringify(paths)})`;

export function browsing(
  programs: readonly string[],
  open: (options: BrowserOptions) => Promise<Browser>,
): void {
  realClient(...programs, "certutil", "openssl").describe("a real browser", () => {
    const sites = new Map<EngineName, Started>();
    let browser: Browser;
    beforeAll(async () => {
      const args = ["--writable", "ROOT/inbox", "--cors", "--access-log", "json"];
      const [first, second] = ENGINE_NAMES;
      const hand = await start(first, args, { prepare: (root) => mkdirSync(join(root, "inbox")) });
      sites.set(first, hand);
      // One browser for both: the second server finds the first one's CA in its state folder, and takes it for its own.
      const library = await start(second, ["--state", "BASE/state", ...args], {
        prepare: (root, base) => {
          mkdirSync(join(root, "inbox"));
          mkdirSync(join(base, "state"), { mode: 0o700 });
          for (const name of ["ca.pem", "ca-key.pem"])
            copyFileSync(join(hand.app.ready.state, name), join(base, "state", name));
        },
      });
      sites.set(second, library);
      expect(readFileSync(library.ca, "utf8")).toBe(readFileSync(hand.ca, "utf8"));
      browser = await open({ ca: hand.ca });
    });
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
      for (const site of sites.values()) await site[Symbol.asyncDispose]();
    });

    async function newPage(): Promise<BrowserPage> {
      const page = await browser.newPage();
      onTestFinished(() => page[Symbol.asyncDispose]());
      return page;
    }

    describe.each(ENGINE_NAMES)("engine %s", (engine) => {
      const site = (): Started => {
        const found = sites.get(engine);
        if (found === undefined) throw new TypeError(`${engine} was not started`);
        return found;
      };
      const visible = (): Map<string, string> => {
        const all = hashes(site().root);
        all.delete("leads-out.txt");
        return all;
      };

      describe.each(SCHEMES)("over %s", (scheme) => {
        const at = (path: string): string => `${site().url(scheme)}${path}`;

        it("shows the page: every part as it lies on the disk, and nothing in the console", async () => {
          const page = await newPage();
          expect(await page.goto(at("/"))).toBe(200);
          await until(page, "document.title", READY);
          const onDisk = visible();
          const came = new Map<string, string | undefined>();
          for (const response of page.responses) {
            const { url, status } = response;
            const path = decodeURIComponent(new URL(url).pathname).slice(1);
            if (path === "favicon.ico") continue;
            expect([path, status]).toEqual([path, 200]);
            const octets = await response.body();
            came.set(path, octets && sha256(octets));
          }
          for (const part of PARTS)
            expect([part, came.get(part)]).toEqual([part, onDisk.get(part === "" ? "index.html" : part)]);
          expect(page.problems).toEqual([]);
        });

        it("gives scripts every file byte for byte", async () => {
          const page = await newPage();
          await page.goto(at("/about"));
          const onDisk = visible();
          expect(await page.evaluate(fetchHashes([...onDisk.keys()]))).toEqual(Object.fromEntries(onDisk));
          expect(page.problems).toEqual([]);
        });
      });

      const at = (scheme: Scheme, path: string): string => `${site().url(scheme)}${path}`;

      it("takes what a page uploads, and gives it back", async () => {
        const page = await newPage();
        await page.goto(at("https", "/about"));
        const name = `from-${browser.name}-${engine}.bin`;
        const status = await page.evaluate(
          `fetch("/large.bin").then((r) => r.arrayBuffer()).then((body) => fetch("/inbox/${name}", { method: "PUT", body })).then((r) => r.status)`,
        );
        expect(status).toBe(201);
        expect(sha256(readFileSync(join(site().root, "inbox", name)))).toBe(sha256(LARGE));
        expect(page.problems).toEqual([]);
      });

      it("asks again with the tag and is told that nothing has changed", async () => {
        const page = await newPage();
        await page.goto(at("https", "/about"));
        const asked = `/data.json?${browser.name}`;
        const again = `fetch("${asked}", { cache: "no-cache" }).then((r) => r.text()).then((t) => t.length)`;
        const first = await page.evaluate(again);
        expect(await page.evaluate(again)).toBe(first);
        const line = await site().app.process.line(
          (text) => text.includes(asked) && text.includes('"status":304'),
        );
        expect(JSON.parse(line)).toMatchObject({ secure: true, octets: 0 });
      });

      it("lists a folder and explains a missing file, as pages", async () => {
        const page = await newPage();
        expect(await page.goto(at("http", "/gr%C3%BC%C3%9Fe/"))).toBe(200);
        expect(await page.evaluate("document.body.innerText")).toContain("港.txt");
        // Chromium gives up a HEAD of the preview pane when nobody keeps its response; the console stays empty.
        expect(page.problems.filter((problem) => !problem.startsWith("failed:"))).toEqual([]);
        const lost = await newPage();
        expect(await lost.goto(at("http", "/nothing.html"))).toBe(404);
        expect(await lost.evaluate("document.body.innerText")).toContain("nothing.html");
      });

      it("lets a page of another origin read, ranges as well, but not act", async () => {
        const page = await newPage();
        // The same server by another name is another origin.
        await page.goto(at("http", "/about").replace("127.0.0.1", "localhost"));
        const target = JSON.stringify(at("http", "/large.bin"));
        expect(
          await page.evaluate(
            `fetch(${target}, { headers: { Range: "bytes=7-11" } }).then(async (r) => [r.status, r.headers.get("content-range"), (await r.arrayBuffer()).byteLength])`,
          ),
        ).toEqual([206, `bytes 7-11/${LARGE.length}`, 5]);
        const form = JSON.stringify(at("http", `/inbox/?${browser.name}`));
        await page.evaluate(
          `(() => { const form = new FormData(); form.append("file", new Blob(["evil"]), "evil.txt"); return fetch(${form}, { method: "POST", body: form, mode: "no-cors" }).then(() => "sent", () => "not sent"); })()`,
        );
        const line = await site().app.process.line(
          (text) => text.includes('"POST"') && text.includes(`?${browser.name}`),
        );
        expect(JSON.parse(line)).toMatchObject({ status: 403 });
        expect(existsSync(join(site().root, "inbox/evil.txt"))).toBe(false);
      });
    });
  });
}

async function until(page: BrowserPage, expression: string, wanted: unknown): Promise<void> {
  await expect.poll(() => page.evaluate(expression)).toBe(wanted);
}
