/** The page in Chromium: nothing for axe to find, nothing to scroll sideways, no word on the console, no strange request. */
import { axe, inspect } from "@socketscope/testkit/browsers";
import { PATIENCE_MS, programPath, realClient } from "@socketscope/testkit";
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ann, openStage, withoutDialog, type PageState, type Stage } from "./stage.ts";

const LOOKS = [
  [1600, "light"],
  [640, "dark"],
  [320, "light"],
] as const;

realClient("chromium", "curl", "sftp", "ssh-keygen").describe("the page of the file transfer server", () => {
  let stage: Stage;
  let browser: Browser;
  let stranger: BrowserContext;
  let known: BrowserContext;
  beforeAll(async () => {
    stage = await openStage();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    stranger = await browser.newContext();
    known = await browser.newContext({ httpCredentials: ann });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  async function faultsOf({ name, url, login }: PageState): Promise<string[]> {
    const faults: string[] = [];
    const page = await (login ? known : stranger).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const { origin } = new URL(url);
    if (name === "door") await withoutDialog(page);
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // A document that is answered 401 or 404 is told of by the browser itself.
      const own = message.text().startsWith("Failed to load resource") && message.location().url === url;
      if (message.type() === "error" && !own) faults.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const target = request.url();
      if (!target.startsWith(`${origin}/`) && !target.startsWith("data:")) faults.push(`asked ${target}`);
    });
    await page.goto(url, { waitUntil: "load" });
    await page.evaluate(axe);
    for (const [width, colorScheme] of LOOKS)
      for (const fault of await inspect(page, { width, colorScheme }))
        faults.push(`${name} ${width} ${colorScheme}: ${fault}`);
    await page.close();
    return faults;
  }

  it("is without fault in each state, and shows what changes while one looks", async () => {
    const faults = [];
    for (const state of stage.empty) faults.push(...(await faultsOf(state)));
    const page = await stranger.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(stage.empty[0]?.url ?? "");
    expect(await page.textContent("h2")).toBe("Nobody is connected");
    const states = await stage.busy();
    // Both transfers that run, and the sessions that wait.
    const counts = "[document.querySelectorAll('.se').length >= 4, document.querySelectorAll('.mv').length]";
    await expect.poll(() => page.evaluate<unknown>(counts)).toEqual([true, 2]);
    for (const state of states) faults.push(...(await faultsOf(state)));
    expect(faults).toEqual([]);
  });

  it("takes a file by its form and gives it back, without script", async () => {
    const plain = await browser.newContext({ httpCredentials: ann, javaScriptEnabled: false });
    const page = await plain.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${new URL(stage.empty[0]?.url ?? "").origin}/files/letters/`);
    const content = Buffer.from("By hand\n");
    await page.setInputFiles("input[type=file]", {
      name: "sent & <found>.txt",
      mimeType: "text/plain",
      buffer: content,
    });
    await page.click("text=Send");
    expect(await page.textContent(".said")).toBe("sent & <found>.txt is here.");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("td a:has-text('found')"),
    ]);
    const pieces = [];
    for await (const piece of await download.createReadStream()) pieces.push(piece);
    expect(Buffer.concat(pieces)).toEqual(content);
    expect(download.suggestedFilename()).toContain("found");
    await page.fill("input[name=make]", "drafts");
    await page.click("text=Make");
    expect(await page.textContent(".said")).toBe("The folder drafts is made.");
    await page.click("tr[data-name=drafts] summary");
    await page.click("tr[data-name=drafts] button");
    expect(await page.textContent(".said")).toBe("drafts is deleted.");
    await plain.close();
  });
});
