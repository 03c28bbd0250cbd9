/** Each state of the demo's pages without fault: axe, console, requests, width. */
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hand } from "@socketscope/web/engine";
import { servingDemo, type ServingDemo } from "./serving-demo.ts";
import { arrive, DEMO_STATES, look } from "./states.ts";

realClient("chromium").describe("the demo in Chromium", () => {
  let browser: Browser;
  let server: ServingDemo;
  beforeAll(async () => {
    server = await servingDemo(hand);
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each(DEMO_STATES)("$name is without fault, wide and light, narrow and dark", async (state) => {
    const context = await browser.newContext({ javaScriptEnabled: state.script });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const faults = await arrive(page, server.origin, state);
    faults.push(...(await look(page, state, { width: 1280, colorScheme: "light" })));
    faults.push(...(await look(page, state, { width: 390, colorScheme: "dark" })));
    for (const width of [640, 1000, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      if (wide > 0) faults.push(`${width}: ${wide} px scroll sideways`);
    }
    expect(faults).toEqual([]);
    await context.close();
  });
});
