/**
 * Takes the pictures of `screenshots/`. From the workspace's root:
 * `npx tsx --conditions=@socketscope/source apps/inspector/test/screens.ts [folder [state…]]`. With a folder all pictures
 * go there, or those of some states; without one those that are kept are made anew.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { axe, inspect, shrink } from "@socketscope/testkit/browsers";
import { chromium } from "playwright-core";
import { openStage } from "./page/states.ts";

const WIDTHS = [1600, 1280, 1000, 640, 390] as const;
const THEMES = ["light", "dark"] as const;
/** Kept in every form. */
const EVERY_FORM = new Set(["transcript", "compare-engines"]);
/** Kept wide and narrow; of the others one picture. */
const WIDE_AND_NARROW = "lesson";

const [wanted, ...states] = process.argv.slice(2);
const folder = wanted ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });
const faults: string[] = [];
const stage = await openStage();
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
const page = await browser.newPage();

async function take({ name, url }: { readonly name: string; readonly url: string }): Promise<void> {
  if (states.length > 0 && !states.includes(name)) return;
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.goto(url);
  await page.waitForSelector(".state.live");
  await page.waitForTimeout(800);
  await page.evaluate(axe);
  for (const width of WIDTHS)
    for (const colorScheme of THEMES) {
      const picture = `${name}-${width}-${colorScheme}`;
      for (const fault of await inspect(page, { width, colorScheme })) faults.push(`${picture}: ${fault}`);
      const kept =
        EVERY_FORM.has(name) ||
        (name === WIDE_AND_NARROW && (width === 1600 || width === 390)) ||
        (width === 1600 && colorScheme === "light");
      if (wanted === undefined && !kept) continue;
      writeFileSync(join(folder, `${picture}.png`), shrink(await page.screenshot()));
    }
}

await take(stage.empty);
for (const state of await stage.talk()) await take(state);
await take(await stage.engines());
await take(await stage.film());
const held = await stage.hold();
for (const state of held.states) await take(state);
await held.letGo();
await take(await stage.lesson(1));
await browser.close();
await stage[Symbol.asyncDispose]();
console.log(`${faults.length} faults`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
