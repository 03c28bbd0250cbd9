/** The demo site in real browsers, over both engines and both schemes: what it shows is what the tap counted. */
import { createHash, randomBytes } from "node:crypto";
import { makeCertificates, realClient, TemporaryFolder } from "@socketscope/testkit";
import { openChromium, openFirefox, type Browser, type BrowserPage } from "@socketscope/testkit/browsers";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hand } from "@socketscope/web/engine";
import { ENGINES } from "../serving.ts";
import { servingDemo, type ServingDemo } from "./serving-demo.ts";

/** Loads the page and waits until each of its parts has begun. */
async function visit(browser: Browser, origin: string): Promise<BrowserPage> {
  const page = await browser.newPage();
  expect(await page.goto(`${origin}/`)).toBe(200);
  await expect.poll(() => page.evaluate("document.querySelectorAll('.lane').length > 0")).toBe(true);
  await expect
    .poll(() => page.evaluate("document.getElementById('said').children.length"))
    .toBeGreaterThan(0);
  await expect.poll(() => page.evaluate("document.getElementById('events').textContent")).toContain("id: ");
  return page;
}

/** As the picture says: "port requests" of each lane, sorted. */
function drawn(page: BrowserPage): Promise<unknown> {
  return page.evaluate(
    "[...document.querySelectorAll('.lane')].map((lane) => lane.querySelector('.id b').textContent + ' ' + lane.querySelector('.use').firstChild.textContent.match(/\\d+/)[0]).sort().join(', ')",
  );
}

/** The same, as the tap counted it. A connection that a browser opened in reserve carried nothing, and is not shown. */
function counted({ counted }: ServingDemo): string {
  return counted
    .filter(({ requests }) => requests > 0)
    .map(({ flow, requests }) => `${flow.remote.port} ${requests}`)
    .toSorted()
    .join(", ");
}

function octetsFact(page: BrowserPage): Promise<unknown> {
  return page.evaluate("document.querySelector('[data-fact=requests]').textContent");
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** What the page says otherwise than the tap has counted. */
async function differences(page: BrowserPage, server: ServingDemo, scheme: string): Promise<string[]> {
  const used = server.counted.filter(({ requests }) => requests > 0);
  const facts: readonly (readonly [what: string, counted: unknown, shown: Promise<unknown>])[] = [
    ["sockets", counted(server), drawn(page)],
    ["requests", `${used.reduce((sum, { requests }) => sum + requests, 0)}`, octetsFact(page)],
    [
      "headline",
      `${WORDS[used.length]} sockets`,
      page.evaluate("document.querySelector('#headline em').textContent"),
    ],
    [
      "TLS",
      scheme === "https" ? used.length : 0,
      page.evaluate("document.querySelectorAll('.trk .k-tls').length"),
    ],
  ];
  const told = await Promise.all(
    facts.map(async ([what, wanted, shown]) => {
      const seen = await shown;
      return seen === wanted ? [] : [`${what}: ${String(wanted)}, shown as ${String(seen)}`];
    }),
  );
  return told.flat();
}

function expectClean(page: BrowserPage, origin: string): void {
  // A player lets go of the film when it has enough of it, and Chromium calls that a failed request.
  const letGo = `failed: ${origin}/film/wire.webm net::ERR_ABORTED`;
  expect(page.problems.filter((problem) => problem !== letGo)).toEqual([]);
  const elsewhere = page.responses.map(({ url }) => url).filter((url) => !url.startsWith(`${origin}/`));
  expect(elsewhere).toEqual([]);
}

realClient("chromium", "certutil").describe("in Chromium", () => {
  const { ca, certificates } = makeCertificates(["127.0.0.1"]);
  const folder = new TemporaryFolder("demo-ca");
  const authority = join(folder.path, "ca.pem");
  writeFileSync(authority, ca);
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium({ ca: authority });
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  describe.each(ENGINES)("over %s", (_name, engine) => {
    it.each(["http", "https"])("shows over %s the sockets that were really there", async (scheme) => {
      const server = await servingDemo(engine, scheme === "https" ? certificates[0] : undefined);
      const page = await visit(browser, server.origin);
      // All of it at once: a browser asks for more when it likes, and the picture follows.
      await expect.poll(() => differences(page, server, scheme)).toEqual([]);
      const used = server.counted.filter(({ requests }) => requests > 0);
      expect(used.filter(({ protocol }) => protocol === "websocket")).toHaveLength(1);
      expect(used.length).toBeGreaterThan(2);
      expectClean(page, server.origin);
      await page[Symbol.asyncDispose]();
      await server.close();
      expect(server.errors).toEqual([]);
    });

    it("shows on the second load what was used again, and 304", async () => {
      const server = await servingDemo(engine);
      const page = await visit(browser, server.origin);
      const before = new Set(
        server.counted.filter(({ requests }) => requests > 0).map(({ flow }) => flow.id),
      );
      await page.goto(`${server.origin}/`);
      await expect
        .poll(() => page.evaluate("document.getElementById('headline').textContent"))
        .toMatch(/^Hello again\. Your browser used \w+ sockets/);
      await expect
        .poll(() =>
          page.responses.some(({ status, url }) => status === 304 && url.endsWith("/style/site.css")),
        )
        .toBe(true);
      // What the picture draws of an old socket begins with this load: no second opening is claimed.
      const rows = await page.evaluate("document.querySelectorAll('.lane').length");
      const accepted = await page.evaluate("document.querySelectorAll('.trk .k-accept').length");
      expect(before.size).toBeGreaterThan(0);
      expect(Number(accepted)).toBeLessThan(Number(rows));
      await page[Symbol.asyncDispose]();
      await server.close();
    });

    it("lets two pages talk, and tells each who is there", async () => {
      const server = await servingDemo(engine);
      const first = await visit(browser, server.origin);
      const second = await visit(browser, server.origin);
      await first.evaluate(
        "document.getElementById('chat-text').value = 'Ahoy, <b>✓</b>', document.getElementById('chat-form').requestSubmit()",
      );
      const said =
        "[...document.querySelectorAll('#said li:not(.note) span')].map((line) => line.textContent).join()";
      await expect.poll(() => second.evaluate(said)).toBe("Ahoy, <b>✓</b>");
      await expect.poll(() => first.evaluate(said)).toBe("Ahoy, <b>✓</b>");
      expect(await second.evaluate("document.querySelector('#said li:not(.note)').className")).toBe("");
      expect(await first.evaluate("document.querySelector('#said li:not(.note)').className")).toBe("me");
      expect(await first.evaluate("document.getElementById('chat-state').textContent")).toBe("2 here");
      await second[Symbol.asyncDispose]();
      await expect
        .poll(() => first.evaluate("document.getElementById('chat-state').textContent"))
        .toBe("1 here");
      expectClean(first, server.origin);
      await first[Symbol.asyncDispose]();
      await server.close();
    });

    it("counts of an upload what was sent and gives it back, sends a slice of the film, and the clock goes on", async () => {
      const server = await servingDemo(engine);
      const page = await visit(browser, server.origin);
      const content = randomBytes(600_000);
      await page.evaluate(`(() => {
        const octets = Uint8Array.from(atob("${content.toString("base64")}"), (c) => c.charCodeAt(0));
        const list = new DataTransfer();
        list.items.add(new File([octets], "a & b.bin"));
        document.querySelector("#upload-form input").files = list.files;
        document.getElementById("upload-form").requestSubmit();
      })()`);
      const hash = createHash("sha256").update(content).digest("hex");
      await expect
        .poll(() => page.evaluate("document.querySelector('#uploads code')?.textContent"))
        .toBe(`SHA-256 ${hash}`);
      await expect
        .poll(() => page.evaluate("document.querySelector('#uploads .same')?.textContent"))
        .toContain("✓");
      const back = await page.evaluate(
        "fetch(document.querySelector('#uploads a').href).then((answer) => answer.arrayBuffer()).then((octets) => crypto.subtle.digest('SHA-256', octets)).then((digest) => [...new Uint8Array(digest)].map((o) => o.toString(16).padStart(2, '0')).join(''))",
      );
      expect(back).toBe(hash);

      await expect.poll(() => page.evaluate("document.querySelectorAll('#slices button').length")).toBe(8);
      await page.evaluate("document.querySelector('#slices button:nth-child(2)').click()");
      await expect
        .poll(() => page.evaluate("document.getElementById('range').textContent"))
        .toContain("← 206");
      expect(await page.evaluate("document.getElementById('range').textContent")).toMatch(
        /Range: bytes=(\d+)-(\d+)\n(?:.*\n)*← Content-Range: bytes \1-\2\/\d+/,
      );
      expect(await page.evaluate("document.fonts.check('20px Figures')")).toBe(true);
      expect(Number(await page.evaluate("document.getElementById('player').duration"))).toBe(12);
      const id =
        "Number(/id: (\\d+)\\n[^]*$/.exec(document.getElementById('events').textContent.split('\\n\\n').at(-1))[1])";
      const first = Number(await page.evaluate(id));
      await expect.poll(() => page.evaluate(id)).toBeGreaterThan(first);
      expectClean(page, server.origin);
      await page[Symbol.asyncDispose]();
      await server.close();
      expect(server.errors).toEqual([]);
    });
  });

  it("lets go of its stream while nobody looks", async () => {
    const server = await servingDemo(hand);
    const page = await visit(browser, server.origin);
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: true, configurable: true }), document.dispatchEvent(new Event('visibilitychange'))",
    );
    expect(await page.evaluate("document.getElementById('live-state').textContent")).toBe("paused");
    await expect.poll(() => server.demo.following).toBe(0);
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: false }), document.dispatchEvent(new Event('visibilitychange'))",
    );
    await expect.poll(() => server.demo.following).toBe(1);
    await page[Symbol.asyncDispose]();
    await server.close();
  });
});

realClient("firefox-esr").describe("in Firefox", () => {
  it("shows the sockets that were really there", async () => {
    const server = await servingDemo(hand);
    const browser = await openFirefox();
    const page = await visit(browser, server.origin);
    await expect.poll(() => differences(page, server, "http")).toEqual([]);
    expectClean(page, server.origin);
    await browser[Symbol.asyncDispose]();
    await server.close();
  });
});
