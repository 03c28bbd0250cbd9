/** The page in Chromium: live, by keyboard, by its address; nothing for axe to find, no word on the console, no strange request. */
import { axe, inspect } from "@socketscope/testkit/browsers";
import { PATIENCE_MS, programPath, realClient, run } from "@socketscope/testkit";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MessageView } from "../../src/views.ts";
import { openStage, type PageState, type Stage } from "./states.ts";

const LOOKS = [
  [1600, "light"],
  [1000, "dark"],
  [390, "light"],
] as const;

realClient("chromium", "curl", "swaks", "ffmpeg").describe("the inspector's page", () => {
  let stage: Stage;
  let states: readonly PageState[];
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  const text = (selector: string): Promise<string> =>
    page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`);

  async function faultsOf({ name, url }: PageState): Promise<string[]> {
    const faults: string[] = [];
    page.removeAllListeners();
    page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && faults.push(`${name}: ${message.text()}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${stage.origin}/`) && !request.url().startsWith("data:"))
        faults.push(`${name} asked ${request.url()}`);
    });
    await page.goto(url);
    await page.waitForSelector(".state.live");
    await page.evaluate(axe);
    for (const [width, colorScheme] of LOOKS) {
      const found = await inspect(page, { width, colorScheme });
      faults.push(...found.map((fault) => `${name} ${width} ${colorScheme}: ${fault}`));
    }
    return faults;
  }

  it("offers a command for each server while nothing was said", async () => {
    expect(await faultsOf(stage.empty)).toEqual([]);
    expect(await text(".cards")).toContain(`curl -v ${stage.web}/`);
    expect(await text(".cards")).toContain(`swaks --server ${stage.smtp}`);
  });

  it("shows what is said while one looks", async () => {
    await page.goto(stage.empty.url);
    await page.waitForSelector(".cards");
    states = await stage.talk();
    await page.waitForSelector(".row.c");
    await expect.poll(() => text(".socks")).toContain("curl");
    await expect.poll(() => text(".socks")).toContain("reject 127.0.0.66");
    expect(await text(".phead")).toContain("1 refused");
    // The timeline has who spoke, who was turned away, and no word of quiet.
    await expect.poll(() => text(".lab")).toMatch(/curl.*Firewall.*Throughput/);
    expect(await text(".tbar")).not.toContain("quiet");
  });

  it("keeps the last busy minute in sight when all has long been quiet", async () => {
    const later = await browser.newPage();
    await later.addInitScript("{ const { now } = Date; Date.now = () => now() + 300_000; }");
    try {
      await later.goto(`${stage.origin}/?socket=0`);
      const timeline = (): Promise<string> =>
        later.evaluate<string>("document.querySelector('.time')?.textContent ?? ''");
      await expect.poll(timeline).toMatch(/^60 seconds until \d\d:\d\d:\d\d.*Throughput.*then/);
      expect(await timeline()).toContain("quiet since");
    } finally {
      await later.close();
    }
  });

  it("is without fault in each state", async () => {
    const faults = [];
    for (const state of states) faults.push(...(await faultsOf(state)));
    expect(faults).toEqual([]);
  });

  it("compares a good conversation with a broken one, by keyboard and by its address", async () => {
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.goto(states.find(({ name }) => name === "compare")?.url ?? "");
    await page.waitForSelector(".pair");
    expect(await text(".compare")).toContain("404 Not Found");
    await page.keyboard.press("n");
    await expect.poll(() => text(".pair[aria-selected=true]")).toContain("GET /nothing-here");
    expect(await text(".pair[aria-selected=true] mark")).not.toBe("");
    await page.keyboard.press("n");
    await expect.poll(() => text(".why h2")).toBe("Another meaning");
    expect(await text(".why")).toContain("There is nothing at this address");
    await page.keyboard.press("N");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => text(".why h2")).toBe("Both say the same");
    await expect.poll(() => page.url()).toContain("with=1%2C2&row=0");
    await page.reload();
    await expect.poll(() => text(".pair[aria-selected=true]")).toContain("Connected");
    await page.keyboard.press("s");
    await expect.poll(() => page.url()).toContain("with=2%2C1");
    await page.click("text=Differences");
    await expect.poll(() => page.url()).toContain("differences=");
    expect(await text(".pair.same")).toBe("");
    await page.keyboard.press("c");
    await page.waitForSelector(".talk");
  });

  it("compares the hand-written engine with the library's", async () => {
    const state = await stage.engines();
    expect(await faultsOf(state)).toEqual([]);
    await page.setViewportSize({ width: 1600, height: 900 });
    expect(await text(".cmp-sides")).toMatch(/hand-written engine.*engine smtp-server/);
    expect(await text(".sum.same")).toMatch(/= [1-9]\d* same/);
    expect(await text(".pair.words")).toContain("220 ");
    expect(await text(".pair.meaning")).toBe("");
  });

  it("reads a playlist line by line, and leads to who asked for what it names, and back", async () => {
    const state = await stage.film();
    expect(await faultsOf(state)).toEqual([]);
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.waitForSelector(".asked");
    const pieces = await text(".pieces");
    expect(pieces).toContain("#EXT-X-TARGETDURATION:2tag EXT-X-TARGETDURATION");
    expect(pieces).toContain("so often a live playlist is asked for. RFC 8216 §4.3.3.1");
    await page.click(".asked >> text=-0.m4s");
    await expect.poll(() => text(".why h2")).toMatch(/^GET \/vod\/sample\/.*-0\.m4s HTTP/);
    await page.click(".links >> text=the playlist /vod/");
    await expect.poll(() => text(".why h2")).toMatch(/octets$/);
    await expect.poll(() => text(".pieces")).toContain("#EXTM3U");
  });

  it("holds the server's answer, and sends it edited", async () => {
    const { states: held, letGo } = await stage.hold();
    const faults = [];
    for (const state of held.slice(0, 1)) faults.push(...(await faultsOf(state)));
    expect(faults).toEqual([]);
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.goto(held[0]?.url ?? "");
    await page.waitForSelector(".hcard");
    expect(await text(".heldbar")).toContain("Mail relay: smtp (hold message 4 to clients)");
    expect(await text(".hcard")).toContain("The server's answer");
    await page.click("text=550 no such user");
    expect(await text(".hcard")).toContain("24 octets (was 24)");
    await page.click("text=Let go, edited");
    await page.waitForSelector(".hcard", { state: "detached" });
    await expect.poll(() => text(".rows")).toContain("550 5.1.1 No such user");
    expect(await text(".rows")).toContain("Edited: was “250 2.1.5");
    await page.click(".heldbar >> text=Stop");
    await page.waitForSelector(".heldbar", { state: "detached" });
    await letGo();
  });

  it("shows the step of a lesson: what is asked, what is missing, and its tick as it comes", async () => {
    const state = await stage.lesson(1);
    expect(await faultsOf(state)).toEqual([]);
    await expect.poll(() => text(".lesson")).toContain("Lesson 6 · step 4");
    expect(await text(".lesson .asked")).toMatch(/✓ an envelope is begun.*○ somebody who does not exist/);
    expect(await text(".lesson p")).toContain("no 550 was seen");
    await stage.lesson(2);
    await expect.poll(() => text(".lesson .asked")).toContain("✓ somebody who does not exist");
    expect(await text(".lesson p")).toBe("");
    await stage.lessonOver();
    await page.waitForSelector(".lesson", { state: "detached" });
  });

  it("explains the message that the address names, with its clause and our line of code", async () => {
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.goto(states.find(({ name }) => name === "transcript")?.url ?? "");
    await page.waitForSelector(".pieces");
    const why = await text(".why");
    expect(why).toContain("RCPT TO:<bob@lab.test>");
    expect(why).toContain("RFC 5321 §4.1.1.3");
    expect(why).toMatch(/Handled by libs\/smtp\/src\/[\w/-]+\.ts:\d+/);
    expect(why).toContain("answered by 250");
    expect(await text(".next")).toContain("DATA");
  });

  it("never shows a password", async () => {
    await page.goto(states.find(({ name }) => name === "request")?.url ?? "");
    await page.waitForSelector(".pieces");
    const body = await page.evaluate<string>("document.body.textContent");
    expect(body).toContain("Authorization: ****");
    expect(body).not.toContain(Buffer.from("ann:secret").toString("base64"));
  });

  it("goes by keyboard, and Back goes back", async () => {
    await page.goto(`${stage.origin}/?socket=1`);
    await page.waitForSelector(".row");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.url()).toContain("socket=1&message=1");
    await page.keyboard.press("]");
    await expect.poll(() => page.url()).not.toMatch(/socket=1\b/);
    await page.keyboard.press("2");
    await expect.poll(() => page.url()).toContain("view=sequence");
    await page.goBack();
    await expect.poll(() => page.url()).toContain("socket=1&message=1");
    await page.keyboard.press("/");
    await page.keyboard.type("code:404");
    await expect.poll(() => page.url()).toContain("filter=code%3A404");
    await expect.poll(() => text(".socks")).not.toContain("swaks");
  });

  it("sends a letter again, and there are two; of a recording nothing is said again, and why", async () => {
    const subject = ["--header", "Subject: pressed twice"];
    const named = ["--server", stage.smtp, "--from", "ann@lab.test", "--to", "dee@lab.test", ...subject];
    expect((await run("swaks", named)).code).toBe(0);
    const letters = async (): Promise<number> => {
      const listed = await (await fetch(`${stage.inbox}/api/v1/messages`)).text();
      return listed.split('"pressed twice"').length - 1;
    };
    await expect.poll(letters).toBe(1);
    /** The newest letter's content. */
    const content = async (): Promise<string> => {
      const asked = await (await fetch(`${stage.origin}/api/snapshot`)).json();
      const { messages } = asked as { messages: MessageView[] };
      const found = messages.findLast(({ kind, protocol }) => kind === "content" && protocol === "smtp");
      return found === undefined ? "" : `socket=${found.socket}&message=${found.id}`;
    };
    await expect.poll(() => content()).not.toBe("");
    await page.goto(`${stage.origin}/?${await content()}`);
    await page.click("text=Send again");
    await expect.poll(() => text(".again")).toContain("and answered.");
    await expect.poll(letters).toBe(2);
    const before = page.url();
    await page.click("text=To the new socket");
    await expect.poll(() => page.url()).not.toBe(before);
    await expect.poll(() => text(".rows")).toContain("RCPT TO:<dee@lab.test>");
    const recording = await (await fetch(`${stage.origin}/recording.ndjson`)).text();
    await fetch(`${stage.origin}/api/import`, { method: "POST", body: recording });
    await page.goto(`${stage.origin}/?${await content()}`);
    await page.click("text=Send again");
    await expect.poll(() => text(".why .problem")).toContain("Not sent: ");
    expect(await text(".why .problem")).toContain("does not run here");
    expect(await letters()).toBe(2);
  });

  it("looks for octets, and tells what it has not looked at from what does not match", async () => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(/\/api\/search/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(
      `${stage.origin}/?socket=0&filter=${encodeURIComponent(String.raw`raw:"404 Not Found\r\n"`)}`,
    );
    await expect.poll(() => text(".nobody")).toContain("Still looking");
    expect(await text("#filter-said")).toContain("still looking");
    go();
    await expect.poll(() => text(".rows")).toContain("404 Not Found");
    expect(await text("#filter-said")).toBe("");
    expect(await text(".rows")).not.toContain("EHLO");
    // What is masked is not found, what nobody said neither; a fault is shown at its place.
    for (const nowhere of ["raw:YW5uOnNlY3JldA", "hex:00ff00ff"]) {
      await page.fill(".filter input", nowhere);
      await expect.poll(() => text(".nobody")).toBe("No message matches the filter.");
    }
    await page.fill(".filter input", "hex:0d0");
    await expect.poll(() => text("#filter-said")).toContain("at character 7: an octet is two digits");
    await page.unrouteAll();
  });

  it("holds still while it is paused, and catches up", async () => {
    await page.goto(`${stage.origin}/?socket=0`);
    await page.waitForSelector(".row");
    const count = async (): Promise<number> => Number(/(\d+) messages/.exec(await text(".conv"))?.[1]);
    await page.keyboard.press(" ");
    await page.waitForFunction("document.querySelector('.state')?.textContent === 'paused'");
    const before = await count();
    // The rate is that of the last second: asked again and again, until the page was seen to hear of it.
    const heard = async (): Promise<string> => {
      await run("curl", ["-s", "-o", "/dev/null", `${stage.web}/while-paused`]);
      return text(".foot .live");
    };
    await expect.poll(heard).not.toBe("0 changes/s");
    expect(await count()).toBe(before);
    await page.keyboard.press(" ");
    await expect.poll(count).toBeGreaterThan(before);
  });

  it("plots rates, tells them at the pointer, and lets a stretch of them be chosen", async () => {
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.goto(`${stage.origin}/?socket=0&view=rates`);
    const plot = page.locator(".rates .u-over");
    const { x, y, width } = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0 };
    const before = await text(".rates .facts");
    await page.mouse.move(x + width / 4, y + 50);
    await expect.poll(() => text(".u-legend")).toMatch(/written by our program\S* ?[\d.]+ k?B\/s/);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + 50);
    await page.mouse.up();
    await expect.poll(() => text(".rates .facts")).not.toBe(before);
    // A link leads another person to the same stretch, and Back to all times.
    expect(page.url()).toContain("between=");
    const stretch = await text(".rates .facts");
    await page.reload();
    await expect.poll(() => text(".rates .facts")).toBe(stretch);
    await page.goBack();
    await expect.poll(() => text(".rates .facts")).toBe(before);
    await page.goForward();
    await expect.poll(() => text(".rates .facts")).toBe(stretch);
    await page.click("text=all times");
    await expect.poll(() => page.url()).not.toContain("between=");
  });

  it("is live in eight tabs of one browser, which share their line, and where there is no SharedWorker", async () => {
    const context = await browser.newContext();
    const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()));
    const alone = await browser.newPage();
    await alone.addInitScript("delete window.SharedWorker");
    try {
      for (const tab of [...tabs, alone]) {
        await tab.goto(`${stage.origin}/?socket=0`);
        await tab.waitForSelector(".state.live");
      }
      await run("curl", ["-s", "-o", "/dev/null", `${stage.web}/for-all-tabs`]);
      for (const tab of [...tabs, alone])
        await expect
          .poll(() => tab.evaluate<string>("document.querySelector('.rows')?.textContent ?? ''"))
          .toContain("/for-all-tabs");
      // Nothing twice, in those that came late either.
      const counts = await Promise.all(
        tabs.map((tab) => tab.evaluate<string>("document.querySelector('.conv')?.textContent ?? ''")),
      );
      const { messages } = (await (await fetch(`${stage.origin}/api/snapshot`)).json()) as {
        messages: readonly unknown[];
      };
      for (const text of counts) expect(text).toContain(`${messages.length} messages`);
    } finally {
      await context.close();
      await alone.close();
    }
  });
});
