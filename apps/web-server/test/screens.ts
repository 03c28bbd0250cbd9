/**
 * Takes the pictures of `screenshots/`, and looks at each state in both themes and five widths on the way: axe finds
 * nothing, nothing scrolls sideways, the console is empty, no request goes elsewhere. From the workspace's root:
 * `npx tsx --conditions=@socketscope/source apps/web-server/test/screens.ts [folder]`. With a folder all pictures go
 * there; without one those that are kept are made anew.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { chromium } from "playwright-core";
import { inspect, shrink } from "@socketscope/testkit/browsers";
import { open } from "./pages/look.ts";
import { openPages } from "./pages/states.ts";

const WIDTHS = [1600, 1280, 1000, 640, 390] as const;
const THEMES = ["light", "dark"] as const;
/** What is kept in the repository: listing and 404 in every form, of the others one picture. */
const EVERY_FORM = new Set(["listing", "404"]);

const wanted = process.argv[2];
const folder = wanted ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });

const faults: string[] = [];
let count = 0;
await using pages = await openPages();
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
const page = await browser.newPage();
for (const state of pages.states) {
  // Wide first: the preview looks once whether there is room for it.
  await page.setViewportSize({ width: 1600, height: 900 });
  const noticed = await open(page, state);
  for (const width of WIDTHS) {
    for (const colorScheme of THEMES) {
      const name = `${state.name}-${width}-${colorScheme}`;
      for (const fault of await inspect(page, { width, colorScheme })) faults.push(`${name}: ${fault}`);
      const kept = EVERY_FORM.has(state.name) || (width === 1280 && colorScheme === "light");
      if (wanted === undefined && !kept) continue;
      const file = join(folder, `${name}.png`);
      writeFileSync(file, shrink(await page.screenshot()));
    }
    count += THEMES.length;
  }
  for (const fault of noticed) faults.push(`${state.name}: ${fault}`);
}
await browser.close();
console.log(`${count} looked at, ${faults.length} faults`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
