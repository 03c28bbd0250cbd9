/** `--live-reload`: pages follow their files, and the site's own answers stay what they are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, TemporaryFolder } from "@socketscope/testkit";
import { openChromium } from "@socketscope/testkit/browsers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveReload, RELOAD_LIMITS } from "../src/reload/live-reload.ts";
import { hand } from "@socketscope/web/engine";
import { asked, fieldOf, textOf } from "./asked.ts";
import { ENGINES, serving } from "./serving.ts";

const HTML = ["Accept", "text/html"];
let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder("reload");
  writeFileSync(join(folder.path, "index.html"), page("one"));
  writeFileSync(join(folder.path, "site.css"), "body{color:rgb(1,2,3)}");
});
afterEach(() => folder[Symbol.dispose]());

function page(text: string): string {
  return `<!doctype html><title>t</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/site.css"><p>${text}</p>`;
}

describe("the script", () => {
  it("goes into pages that a browser navigates to, and into nothing else", async () => {
    const server = await serving({ root: folder.path });
    const reload = new LiveReload(folder.path, () => undefined);
    const whole = await fetch(server.origin);
    const text = await whole.text();
    const answered = reload.over(async () => ({
      status: 200,
      fields: ["Content-Type", "text/html", "ETag", '"a"'],
      content: text,
    }));
    const changed = await answered(asked("GET", "/", HTML));
    expect(await textOf(changed)).toBe(
      `${text}\n<script type="module" src="/.socketscope/reload.js"></script>\n`,
    );
    // RFC 9110 §8.8.1: the validator was the file's, and this is not the file.
    expect(fieldOf(changed, "etag")).toBeUndefined();
    expect(fieldOf(changed, "cache-control")).toBe("no-store");
    for (const fields of [["Accept", "*/*"], ["Accept", "text/html", "Sec-Fetch-Dest", "empty"], []])
      expect(await textOf(await answered(asked("GET", "/", fields)))).toBe(text);
    expect(await textOf(await answered(asked("HEAD", "/", HTML)))).toBe(text);
    reload.close();
    await server.close();
  });

  it("is not put into what is no page, is coded, or is longer than may be", async () => {
    const reload = new LiveReload(folder.path, () => undefined, { ...RELOAD_LIMITS, page: 10 });
    const answer = async (fields: readonly string[], content: string | Uint8Array): Promise<string> =>
      textOf(await reload.over(() => ({ status: 200, fields, content }))(asked("GET", "/", HTML)));
    expect(await answer(["Content-Type", "text/plain"], "x")).toBe("x");
    expect(await answer(["Content-Type", "text/html", "Content-Encoding", "gzip"], "x")).toBe("x");
    expect(await answer(["Content-Type", "text/html"], Buffer.alloc(11, "x"))).toBe("x".repeat(11));
    expect(await answer(["Content-Type", "text/html"], Buffer.alloc(10, "x"))).toContain("reload.js");
    reload.close();
  });

  it("asks the site for the whole page: no range, no condition, no coding", async () => {
    const reload = new LiveReload(folder.path, () => undefined);
    let seen: readonly string[] = [];
    const handler = reload.over((request) => {
      seen = [...request.fields].map(([name]) => name);
      return { status: 200, fields: ["Content-Type", "text/html"], content: "x" };
    });
    await handler(
      asked("GET", "/", [
        ...HTML,
        "Range",
        "bytes=0-1",
        "If-None-Match",
        '"a"',
        "Accept-Encoding",
        "gzip",
        "Cookie",
        "a=b",
      ]),
    );
    expect(seen).toEqual(["Host", "Accept", "Cookie"]);
    reload.close();
  });
});

realClient("chromium").describe("in Chromium", () => {
  it.each(ENGINES)(
    "over %s a page begins anew when its file changes, and changes its style where it stands",
    async (_name, engine) => {
      mkdirSync(join(folder.path, "deep"));
      const errors: unknown[] = [];
      const reload = new LiveReload(folder.path, (error) => errors.push(error));
      const server = await serving({ root: folder.path, reload }, engine);
      await using browser = await openChromium();
      const open = await browser.newPage();
      await open.goto(`${server.origin}/`);
      await expect.poll(() => reload.pages).toBe(1);
      await open.evaluate("window.same = true");
      writeFileSync(join(folder.path, "site.css"), "body{color:rgb(4,5,6)}");
      await expect.poll(() => open.evaluate("getComputedStyle(document.body).color")).toBe("rgb(4, 5, 6)");
      expect(await open.evaluate("window.same")).toBe(true);
      writeFileSync(join(folder.path, "index.html"), page("two"));
      await expect.poll(() => open.evaluate("document.querySelector('p').textContent")).toBe("two");
      expect(await open.evaluate("window.same")).toBeUndefined();
      await expect.poll(() => reload.pages).toBe(1);
      expect(open.problems).toEqual([]);
      reload.close();
      await server.close();
      expect(errors).toEqual([]);
    },
    60_000,
  );
});

describe("the socket", () => {
  it("is refused beyond so many pages", async () => {
    const reload = new LiveReload(folder.path, () => undefined, { ...RELOAD_LIMITS, pages: 0 });
    const server = await serving({ root: folder.path, reload }, hand);
    expect((await fetch(`${server.origin}/.socketscope/reload`)).status).toBe(503);
    reload.close();
    await server.close();
  });
});
