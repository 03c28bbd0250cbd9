import { join } from "node:path";
import { launch, type Page } from "puppeteer-core";
import type { Browser, BrowserOptions, BrowserPage, SeenResponse } from "./browser.ts";
import { programPath } from "./real-client.ts";
import { killGroup, plainEnvironment } from "./run.ts";
import { TemporaryFolder } from "./temporary-folder.ts";
import { trustAuthority } from "./trust.ts";

/** No call home: on a closed network each one would wait for its timeout. */
const quiet = {
  "app.update.enabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "captivedetect.canonicalURL": "",
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.prefetch-next": false,
  "toolkit.telemetry.enabled": false,
};

/** The system's Firefox, driven by WebDriver BiDi, with a profile of its own. */
export async function openFirefox({ ca, timeout = 60_000 }: BrowserOptions = {}): Promise<Browser> {
  const home = new TemporaryFolder("firefox");
  const profile = join(home.path, "profile");
  try {
    if (ca !== undefined) await trustAuthority(profile, ca);
    const browser = await launch({
      browser: "firefox",
      executablePath: programPath("firefox-esr"),
      headless: true,
      userDataDir: profile,
      extraPrefsFirefox: quiet,
      env: plainEnvironment({ HOME: home.path, MOZ_DISABLE_NONLOCAL_CONNECTIONS: "1" }),
      timeout,
      protocolTimeout: timeout,
    });
    const version = await browser.version();
    return {
      name: "firefox",
      version,
      async newPage() {
        const page = await browser.newPage();
        page.setDefaultTimeout(timeout);
        return observe(page);
      },
      async [Symbol.asyncDispose]() {
        const child = browser.process();
        try {
          await browser.close();
        } finally {
          if (child !== null) killGroup(child);
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
    const { url = "" } = message.location();
    if (["error", "warn"].includes(message.type())) problems.push(`console: ${message.text()} ${url}`);
  });
  page.on("pageerror", (error) =>
    problems.push(`uncaught: ${error instanceof Error ? error.message : String(error)}`),
  );
  page.on("requestfailed", (request) =>
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`),
  );
  page.on("response", (response) => {
    if (!response.url().startsWith("http")) return; // data: and blob: come from no server
    responses.push({
      url: response.url(),
      status: response.status(),
      headers: response.headers(),
      body: () => response.content().catch(() => undefined),
    });
  });
  return {
    responses,
    problems,
    goto: async (url) => (await page.goto(url, { waitUntil: "load" }))?.status(),
    evaluate: (expression) => page.evaluate(expression),
    setViewport: (width, height) => page.setViewport({ width, height }),
    screenshot: () => page.screenshot(),
    [Symbol.asyncDispose]: () => page.close(),
  };
}
