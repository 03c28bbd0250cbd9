/** The pages in Chromium: nothing for axe to find, nothing to scroll sideways, and all of it by keys or without script. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inspect } from "@socketscope/testkit/browsers";
import { open } from "./look.ts";
import { openPages, type Pages } from "./states.ts";

realClient("chromium").describe("the pages", () => {
  let pages: Pages;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    pages = await openPages();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.[Symbol.asyncDispose]();
  });

  it("are without fault in each state, wide and light, narrow and dark", async () => {
    const faults: Record<string, readonly string[]> = {};
    for (const state of pages.states) {
      await page.setViewportSize({ width: 1280, height: 900 });
      const noticed = await open(page, state);
      const wide = await inspect(page, { width: 1280, colorScheme: "light" });
      const narrow = await inspect(page, { width: 390, colorScheme: "dark" });
      const found = [...noticed, ...wide, ...narrow];
      if (found.length > 0) faults[state.name] = found;
    }
    expect(faults).toEqual({});
  });

  const names = (on: Page): Promise<string[]> =>
    on.evaluate<string[]>(
      "[...document.querySelectorAll('tr[data-name]:not([hidden])')].map((row) => row.dataset.name)",
    );

  it("are worked by keys: skip to the files, sort, filter", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.unrouteAll();
    await page.goto(`${pages.origin}/films/`);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the files");
    await page.focus("a[data-column=size]");
    await page.keyboard.press("Enter");
    expect((await names(page)).slice(3, 5)).toEqual([
      "ship & <b>sail.md",
      "Grüße aus München – Ελλάδα – Київ.txt",
    ]);
    expect(new URL(page.url()).search).toContain("sort=size");
    await page.keyboard.press("/");
    await page.keyboard.type("train");
    expect(await names(page)).toEqual(["slow-train-north.mp4"]);
    await page.keyboard.press("Escape");
    expect((await names(page)).length).toBeGreaterThan(10);
  });

  it("sort, filter, turn the page and send files without script", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const plain = await context.newPage();
      plain.setDefaultTimeout(PATIENCE_MS);
      const rows = async (): Promise<string[]> =>
        [...(await plain.content()).matchAll(/data-name="([^"]*)"/g)].map(([, name = ""]) => name);
      const click = async (text: string, leadsTo: RegExp): Promise<void> => {
        await plain.click(`text=${text}`);
        await plain.waitForURL(leadsTo);
      };
      await plain.goto(`${pages.origin}/films/`);
      await click("Size", /order=asc$/);
      await click("Size", /order=desc$/);
      expect((await rows())[3]).toBe("everything.tar.gz");
      await plain.fill("input[name=name]", "desk");
      await plain.press("input[name=name]", "Enter");
      await plain.waitForURL(/name=desk/);
      expect(await rows()).toEqual(["a-desk-40-seconds.mp4"]);
      // The order that was chosen is kept.
      expect(new URL(plain.url()).search).toBe("?name=desk&sort=size&order=desc");

      await plain.goto(`${pages.origin}/many/`);
      await click("Next", /page=2$/);
      expect([(await rows()).length, (await rows())[0]]).toEqual([500, "frame 501.txt"]);

      const sent = join(pages.folder, "films/captures/ünïcode.txt");
      writeFileSync(sent, "from a form");
      await plain.goto(`${pages.origin}/inbox/`);
      await plain.setInputFiles("input[type=file]", sent);
      // The address stays: the answer to the form leads back to the listing.
      await Promise.all([plain.waitForEvent("load"), plain.click("text=Send files here")]);
      expect(await rows()).toEqual(["ünïcode.txt"]);
      expect(readFileSync(join(pages.folder, "inbox/ünïcode.txt"), "utf8")).toBe("from a form");
    } finally {
      await context.close();
    }
  });
});
