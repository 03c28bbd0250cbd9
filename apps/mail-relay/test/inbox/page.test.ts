/** The inbox in Chromium: nothing for axe to find, nothing to scroll sideways, no word on the console, no strange request. */
import { axe, inspect } from "@socketscope/testkit/browsers";
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openInbox, type Looked, type PageState } from "./look.ts";

const LOOKS = [
  [1600, "light"],
  [1000, "dark"],
  [640, "light"],
  [390, "dark"],
] as const;

realClient("chromium").describe("the inbox's page", () => {
  let inbox: Looked;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    inbox = await openInbox();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(async () => {
    await browser?.close();
    await inbox?.[Symbol.asyncDispose]();
  });

  async function faultsOf({ url }: PageState): Promise<string[]> {
    const faults: string[] = [];
    const { origin } = new URL(url);
    page.removeAllListeners();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
    page.on("request", (request) => {
      const target = request.url();
      if (!target.startsWith(`${origin}/`) && !target.startsWith("data:")) faults.push(`asked ${target}`);
    });
    await page.goto(url, { waitUntil: "load" });
    await page.evaluate(axe);
    for (const [width, colorScheme] of LOOKS) {
      const found = await inspect(page, { width, colorScheme });
      faults.push(...found.map((fault) => `${width} ${colorScheme}: ${fault}`));
    }
    return faults;
  }

  it("is without fault in each state", async () => {
    const faults: Record<string, readonly string[]> = {};
    const empty = [];
    for (const state of inbox.empty) empty.push([state, await faultsOf(state)] as const);
    for (const state of await inbox.states()) empty.push([state, await faultsOf(state)] as const);
    for (const [state, found] of empty) if (found.length > 0) faults[state.name] = found;
    expect(faults).toEqual({});
  });

  it("shows a letter that comes while one looks", async () => {
    const [first] = await inbox.states();
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(first?.url ?? "");
    const rows = (): Promise<number> => page.evaluate<number>("document.querySelectorAll('.it li').length");
    const before = await rows();
    await inbox.states();
    await expect.poll(rows).toBe(before + 4);
  });

  it("is live in eight tabs of one browser, which share their line, and where there is no SharedWorker", async () => {
    const [first] = await inbox.states();
    const context = await browser.newContext();
    const alone = await browser.newPage();
    await alone.addInitScript("delete window.SharedWorker");
    try {
      const tabs = [...(await Promise.all(Array.from({ length: 8 }, () => context.newPage()))), alone];
      for (const tab of tabs) await tab.goto(first?.url ?? "");
      const rows = (tab: Page): Promise<number> =>
        tab.evaluate<number>("document.querySelectorAll('.it li').length");
      const before = await rows(alone);
      await inbox.states();
      for (const tab of tabs) await expect.poll(() => rows(tab)).toBe(before + 4);
    } finally {
      await context.close();
      await alone.close();
    }
  });

  it("shows faults as they come, strike and go while one looks", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(inbox.empty[0]?.url ?? "");
    const shown = (): Promise<string> => page.evaluate<string>("document.querySelector('.box').textContent");
    expect(await shown()).not.toContain("Faults that are on");
    const fault = { stage: "rcpt", recipient: "*@lab.test", action: { type: "delay", ms: 1 } };
    await inbox.control("POST", "/mail-faults", fault);
    await expect.poll(shown).toContain("rcpt of *@lab.test: delay 1 msstruck 0×");
    await inbox.states();
    await expect.poll(shown).toMatch(/struck [1-9]\d*×/);
    await inbox.control("DELETE", "/mail-faults");
    await expect.poll(shown).not.toContain("Faults that are on");
  });
});
