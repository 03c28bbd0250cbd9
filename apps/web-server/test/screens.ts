/**
 * Takes the pictures of `screenshots/` and checks each state on the way: axe finds nothing, nothing scrolls sideways,
 * the console is empty, no request goes elsewhere. Run: `npx tsx --conditions=@socketscope/source
 * apps/web-server/test/screens.ts [folder]`; without a folder the committed pictures are made anew.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { serving } from "./serving.ts";

const WIDTHS = [1600, 1280, 1000, 640, 390] as const;
const THEMES = ["light", "dark"] as const;
const STATES = [
  ["welcome", "/"],
  ["listing", "/files/"],
  ["listing-sorted", "/files/notes/?sort=size&order=desc"],
  ["lost", "/files/notes/lnog.txt"],
] as const;
/** Of all that is looked at, what is kept in the repository. */
const KEPT = new Set([
  "welcome-1280-light",
  "welcome-390-dark",
  "listing-1280-light",
  "listing-1280-dark",
  "listing-390-light",
  "lost-1280-light",
  "lost-640-dark",
]);

const here = fileURLToPath(new URL(".", import.meta.url));
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const wanted = process.argv[2];
const folder = wanted ?? join(here, "../screenshots");
mkdirSync(folder, { recursive: true });

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  // Through the debugger: the page's own policy forbids strange scripts, as it should.
  await page.evaluate(axe);
  const result = await page.evaluate<AxeResult>("axe.run()");
  for (const { id, nodes } of result.violations)
    faults.push(`axe ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  if (wide > 0) faults.push(`${wide} px scroll sideways`);
  return faults;
}

const server = await serving({ root: join(here, "../site") });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
let count = 0;
const faults: string[] = [];
for (const theme of THEMES) {
  for (const width of WIDTHS) {
    const context = await browser.newContext({
      viewport: { width, height: width < 700 ? 844 : 900 },
      colorScheme: theme,
    });
    const page = await context.newPage();
    for (const [state, path] of STATES) {
      const name = `${state}-${width}-${theme}`;
      const said = (text: string): void => void faults.push(`${name}: ${text}`);
      // The status of a page that is an error is no fault of the page.
      page.on("console", (message) => {
        if (message.type() === "error" && !(state === "lost" && message.text().includes("404")))
          said(message.text());
      });
      page.on("pageerror", (error) => said(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(server.origin) && !request.url().startsWith("data:"))
          said(`asked ${request.url()}`);
      });
      await page.goto(server.origin + path, { waitUntil: "networkidle" });
      for (const fault of await faultsOf(page)) said(fault);
      if (wanted !== undefined || KEPT.has(name))
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: state !== "listing" });
      count += 1;
      page.removeAllListeners();
    }
    await context.close();
  }
}
await browser.close();
await server.close();
console.log(`${count} states, ${faults.length} faults`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
