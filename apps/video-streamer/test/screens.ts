/**
 * Makes `screenshots/`: the player's page in its states, light and dark, in five widths. Run it by hand:
 * `node --import tsx --conditions=@socketscope/source apps/video-streamer/test/screens.ts`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath, workspaceRoot } from "@socketscope/testkit";
import { axe, inspect, shrink } from "@socketscope/testkit/browsers";
import { chromium } from "playwright-core";
import { arrive, PAGE_STATES } from "./page-states.ts";
import { heardBySomebody } from "./heard.ts";
import { serving } from "./serving.ts";

const folder = join(workspaceRoot, "apps/video-streamer/screenshots");
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: programPath("chromium"), args: ["--no-sandbox"] });
await using site = await serving();
const somebody = await heardBySomebody(site, "239.255.77.12");
let faults = 0;
for (const state of PAGE_STATES) {
  const page = await browser.newPage();
  await somebody.report();
  const found = await arrive(page, site.origin, state);
  await page.evaluate(axe);
  for (const width of state.widths) {
    for (const colorScheme of ["light", "dark"] as const) {
      found.push(...(await inspect(page, { width, colorScheme })));
      const name = `${state.name}-${width}-${colorScheme}.png`;
      writeFileSync(join(folder, name), shrink(await page.screenshot()));
    }
  }
  for (const fault of found) process.stderr.write(`${state.name}: ${fault}\n`);
  faults += found.length;
  await page.close();
}
await browser.close();
somebody.close();
process.exitCode = faults === 0 ? 0 : 1;
