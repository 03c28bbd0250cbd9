/**
 * Takes the pictures of `screenshots/`. From the workspace's root:
 * `npx tsx --conditions=@socketscope/source apps/inspector/test/screens.ts [folder [state…]]`. With a folder all pictures
 * go there, or those of some states; without one those that are kept are made anew. In the fonts that the tokens name first
 * (Debian: fonts-inter, fonts-jetbrains-mono) where the system has them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { axe, inspect, shrink } from "@socketscope/testkit/browsers";
import { chromium, type Page } from "playwright-core";
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

/** What no address names: somebody does something at the page first. On the wall of a workshop: wider than all else. */
async function takeAfter(
  name: string,
  url: string,
  act: (on: Page) => Promise<void>,
  [width, height]: readonly [number, number] = [1600, 900],
): Promise<void> {
  if (states.length > 0 && !states.includes(name)) return;
  await page.setViewportSize({ width, height });
  await page.goto(url);
  await page.waitForSelector(".pieces");
  await act(page);
  const picture = `${name}-${width}-light`;
  await page.evaluate(axe);
  for (const fault of await inspect(page, { width, colorScheme: "light" }))
    faults.push(`${picture}: ${fault}`);
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(400);
  writeFileSync(join(folder, `${picture}.png`), shrink(await page.screenshot()));
}

await take(stage.empty);
const talk = await stage.talk();
const letter = talk.find(({ name }) => name === "transcript")?.url ?? stage.origin;
await takeAfter("wall", letter, () => Promise.resolve(), [1920, 1080]);
await takeAfter("keys", letter, (on) => on.keyboard.press("?"));
await takeAfter("stretch", letter, async (on) => {
  // Paused, so that the timeline stands while one aims.
  await on.keyboard.press("Space");
  // Around the chosen message: the talk before it goes from the lists.
  const chosen = await on.locator(".chosen line").boundingBox();
  if (chosen === null) throw new TypeError("the chosen message is not in the timeline");
  const y = chosen.y + chosen.height / 2;
  await on.mouse.move(chosen.x - 12, y);
  await on.mouse.down();
  await on.mouse.move(chosen.x + 40, y, { steps: 4 });
  await on.mouse.up();
});
for (const state of talk) await take(state);
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
