import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Page } from "playwright-core";
import type { Browser, BrowserOptions, BrowserPage, SeenResponse } from "./browser.ts";
import { programPath } from "./real-client.ts";
import { plainEnvironment } from "./run.ts";
import { TemporaryFolder } from "./temporary-folder.ts";
import { trustAuthority } from "./trust.ts";

/** A quiet browser: no sandbox (we may be root), no call home, and no HTTP/3 beside what is under test. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The system's Chromium with a HOME of its own. */
export async function openChromium({ ca, timeout = 60_000 }: BrowserOptions = {}): Promise<Browser> {
  const home = new TemporaryFolder("chromium");
  try {
    if (ca !== undefined) await trustAuthority(join(home.path, ".pki", "nssdb"), ca);
    const browser = await chromium.launch({
      executablePath: programPath("chromium"),
      headless: true,
      args: flags,
      env: plainEnvironment({ HOME: home.path, XDG_CONFIG_HOME: home.path, XDG_CACHE_HOME: home.path }),
      timeout,
    });
    return {
      name: "chromium",
      version: browser.version(),
      async newPage() {
        const page = await browser.newPage();
        page.setDefaultTimeout(timeout);
        return observe(page);
      },
      async [Symbol.asyncDispose]() {
        try {
          await browser.close();
        } finally {
          home[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    home[Symbol.dispose]();
    throw error;
  }
}

function observe(page: Page): BrowserPage {
  const responses: SeenResponse[] = [];
  const problems: string[] = [];
  page.on("console", (message) => {
    const { url } = message.location();
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()} ${url}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) =>
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`),
  );
  page.on("response", (response) => {
    if (!response.url().startsWith("http")) return; // data: and blob: come from no server
    responses.push({
      url: response.url(),
      status: response.status(),
      headers: response.headers(),
      body: async () => response.body().catch(() => undefined),
    });
  });
  return {
    responses,
    problems,
    goto: async (url) => (await page.goto(url, { waitUntil: "load" }))?.status(),
    evaluate: (expression) => page.evaluate(expression),
    setViewport: (width, height) => page.setViewportSize({ width, height }),
    screenshot: () => page.screenshot(),
    [Symbol.asyncDispose]: () => page.close(),
  };
}
