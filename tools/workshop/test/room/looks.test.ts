/** The room's pages in Chromium: nothing for axe to find, nothing to scroll sideways, no word on the console. */
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { axe, inspect } from "@socketscope/testkit/browsers";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fill, openStage, personAt, type Stage } from "./stage.ts";

const LOOKS = [
  [1600, "light"],
  [320, "dark"],
] as const;

realClient("chromium").describe("the facilitator's pages", () => {
  let stage: Stage;
  let browser: Browser;
  beforeAll(async () => {
    stage = await openStage();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  it("are without fault, show who comes while one looks, and turn by keys", async () => {
    const faults: string[] = [];
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(stage.room.page) && !request.url().startsWith("data:"))
        faults.push(`asked ${request.url()}`);
    });
    const look = async (path: string): Promise<void> => {
      await page.goto(new URL(path, stage.room.page).href);
      await page.evaluate(axe);
      for (const [width, colorScheme] of LOOKS)
        for (const fault of await inspect(page, { width, colorScheme }))
          faults.push(`${path} ${width} ${colorScheme}: ${fault}`);
    };
    await look("/");
    await fill(stage);
    await expect.poll(() => page.locator(".people li").count()).toBe(9);
    for (const path of ["/", "/wall", "/slides", "/slides/6/4"]) await look(path);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL("**/slides/6/5");
    await page.keyboard.press("PageUp");
    await page.waitForURL("**/slides/6/4");
    await page.goto(stage.room.page);
    await page.click("text=All begin anew");
    await page.click("text=Let all begin anew");
    await page.waitForSelector("text=Nobody takes part yet");
    expect((await stage.report(personAt("Ann", 1, 0))).status).toBe(200);
    await page.waitForSelector("text=Ann");
    expect(faults).toEqual([]);
  });
});
