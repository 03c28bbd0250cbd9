/** Each state of the page without fault: axe, console, requests, width. */
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { axe, inspect } from "@socketscope/testkit/browsers";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { arrive, PAGE_STATES } from "./page-states.ts";
import { heardBySomebody, type Somebody } from "./heard.ts";
import { serving, type Serving } from "./serving.ts";

realClient("chromium").describe("the player's page", () => {
  let browser: Browser;
  let site: Serving;
  let somebody: Somebody;
  beforeAll(async () => {
    site = await serving();
    somebody = await heardBySomebody(site, "239.255.77.11");
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
  });
  afterAll(async () => {
    await browser.close();
    somebody.close();
    await site[Symbol.asyncDispose]();
  });

  it.each(PAGE_STATES)("$name is without fault, in every width and theme", async (state) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await somebody.report();
    const faults = await arrive(page, site.origin, state);
    await page.evaluate(axe);
    for (const width of [1600, 1280, 1000, 640, 390])
      for (const colorScheme of ["light", "dark"] as const)
        faults.push(
          ...(await inspect(page, { width, colorScheme })).map(
            (fault) => `${width} ${colorScheme}: ${fault}`,
          ),
        );
    expect(faults).toEqual([]);
    await page.close();
  });

  it("hears its keys, also when a film has just been chosen; a button keeps those that press it", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${site.origin}/`);
    await page.click("[data-show]:has-text('sample')");
    await expect
      .poll(() => page.evaluate("screen.show?.name === 'sample' && screen.video.readyState >= 1"))
      .toBe(true);
    await page.evaluate("screen.video.pause()");
    await page.keyboard.press("m");
    await page.keyboard.press("k");
    const state = (): Promise<unknown> => page.evaluate("[screen.video.muted, screen.video.paused]");
    await expect.poll(state).toEqual([true, false]);
    await page.focus("[aria-label='Copy the VLC command']");
    await page.keyboard.press("Space");
    expect(await state()).toEqual([true, false]);
    await page.close();
  });
});
