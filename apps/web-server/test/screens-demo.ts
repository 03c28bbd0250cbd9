/**
 * Takes the demo's pictures of `screenshots/`, and looks at each state in both themes and five widths on the way, as
 * `screens.ts` does for the other pages. From the workspace's root:
 * `npx tsx --conditions=@socketscope/source apps/web-server/test/screens-demo.ts [folder]`. With a folder all pictures
 * go there; without one those that are kept are made anew.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { chromium } from "playwright-core";
import { hand } from "@socketscope/web/engine";
import { servingDemo } from "./demo/serving-demo.ts";
import { arrive, DEMO_STATES, look, settle } from "./demo/states.ts";
import { shrink } from "@socketscope/testkit/browsers";

const WIDTHS = [1600, 1280, 1000, 640, 390] as const;
const THEMES = ["light", "dark"] as const;
/** What is kept in the repository: the page in every form, of the others one picture, the used one on a phone too. */
const KEPT = /^demo-\d+-|-1280-light$|^demo-used-390-dark$/;

const wanted = process.argv[2];
const folder = wanted ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });

const faults: string[] = [];
let count = 0;
const server = await servingDemo(hand);
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
for (const state of DEMO_STATES) {
  for (const width of WIDTHS) {
    // A browser that was never here, for each picture: the headline counts what it opened.
    const context = await browser.newContext({
      javaScriptEnabled: state.script,
      viewport: { width, height: width < 700 ? 844 : 900 },
    });
    const page = await context.newPage();
    const noticed = await arrive(page, server.origin, state);
    for (const colorScheme of THEMES) {
      const name = `${state.name}-${width}-${colorScheme}`;
      for (const fault of await look(page, state, { width, colorScheme })) faults.push(`${name}: ${fault}`);
      count += 1;
      if (wanted === undefined && !KEPT.test(name)) continue;
      await settle(page);
      const file = join(folder, `${name}.png`);
      const picture = await page.screenshot({ fullPage: width === 1280 || width === 390 });
      writeFileSync(file, shrink(picture));
    }
    for (const fault of noticed) faults.push(`${state.name}-${width}: ${fault}`);
    await context.close();
  }
}
await browser.close();
await server.close();
console.log(`${count} looked at, ${faults.length} faults`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
