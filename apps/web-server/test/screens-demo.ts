/**
 * Takes the pictures of the demo site, and checks each state on the way: axe finds nothing, nothing scrolls sideways,
 * the console is empty, no request goes elsewhere. Run: `npx tsx --conditions=@socketscope/source
 * apps/web-server/test/screens-demo.ts [folder]`; without a folder the committed pictures are made anew.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { hand } from "../src/engine/hand.ts";
import { servingDemo } from "./demo/serving-demo.ts";

const WIDTHS = [1600, 1280, 1000, 640, 390] as const;
const THEMES = ["light", "dark"] as const;
const STATES = ["load", "used", "plain", "table", "upload"] as const;
/** Of all that is looked at, what is kept in the repository. */
const KEPT = new Set([
  "demo-load-1280-light",
  "demo-load-1280-dark",
  "demo-load-1600-light",
  "demo-load-1000-dark",
  "demo-load-640-light",
  "demo-load-390-light",
  "demo-used-390-dark",
  "demo-used-1280-light",
  "demo-plain-640-dark",
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

/** As a visitor who tried everything. */
async function use(page: Page): Promise<void> {
  await page.fill("#chat-text", "Is anybody in room 4.12?");
  await page.press("#chat-text", "Enter");
  await page.waitForSelector("#said .me");
  await page.fill("#chat-text", "I can see my own socket from here.");
  await page.press("#chat-text", "Enter");
  await page.waitForSelector("#said .me + .me");
  await page.click("#slices button:nth-child(3)");
  await page.waitForSelector("#slices .got");
  const file = {
    name: "harbour.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(3_000_000, 7),
  };
  await page.setInputFiles("#upload-form input", file);
  await page.click("#upload-form button");
  await page.waitForSelector("#uploads .same");
  await page.click("#words summary");
  await page.mouse.move(2, 2);
}

async function arrive(page: Page, origin: string, state: (typeof STATES)[number]): Promise<void> {
  await page.goto(`${origin}${state === "table" ? "/sockets" : "/"}`, { waitUntil: "load" });
  if (state === "plain" || state === "table") return;
  if (state === "upload") {
    await page.setInputFiles("#upload-form input", {
      name: "a.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("hello"),
    });
    await page.click("#upload-form button");
    await page.waitForURL("**/uploads/**");
    return;
  }
  await page.waitForSelector("#lanes .lane");
  await page.getByText(/^id: /).waitFor();
  await page.locator(".use", { hasText: "now WebSocket" }).waitFor();
  if (state === "used") await use(page);
  await page.waitForTimeout(400);
}

const server = await servingDemo(hand);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
let count = 0;
const faults: string[] = [];
for (const theme of THEMES) {
  for (const width of WIDTHS) {
    for (const state of STATES) {
      const name = `demo-${state}-${width}-${theme}`;
      const said = (text: string): void => void faults.push(`${name}: ${text}`);
      const context = await browser.newContext({
        viewport: { width, height: width < 700 ? 844 : 900 },
        colorScheme: theme,
        javaScriptEnabled: state !== "plain" && state !== "upload",
      });
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") said(message.text());
      });
      page.on("pageerror", (error) => said(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(server.origin) && !/^(?:data|blob):/.test(request.url()))
          said(`asked ${request.url()}`);
      });
      try {
        await arrive(page, server.origin, state);
        if (state === "plain" || state === "upload") {
          const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          if (wide > 0) said(`${wide} px scroll sideways`);
        } else for (const fault of await faultsOf(page)) said(fault);
        // What loads when it comes into sight is to be on the picture; the bar at the top belongs to the top.
        await page.evaluate("scrollTo(0, document.body.scrollHeight)");
        await page.waitForTimeout(150);
        await page.evaluate("document.activeElement?.blur(), scrollTo({ top: 0, behavior: 'instant' })");
        if (wanted !== undefined || KEPT.has(name))
          await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      } catch (error) {
        said(String(error));
      }
      count += 1;
      page.removeAllListeners();
      await context.close();
    }
  }
}
await browser.close();
await server.close();
console.log(`${count} states, ${faults.length} faults`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
