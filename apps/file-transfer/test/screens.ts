/** Writes the pictures of the page: `npx tsx --conditions=@socketscope/source apps/file-transfer/test/screens.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { shrink } from "@socketscope/testkit/browsers";
import { chromium } from "playwright-core";
import { ann, openStage, withoutDialog, type PageState } from "./page/stage.ts";

const wanted = [
  ["empty", 1280, "light"],
  ["door", 390, "dark"],
  ["sessions", 1920, "light"],
  ["sessions", 1280, "dark"],
  ["sessions", 640, "light"],
  ["sessions", 390, "dark"],
  ["sessions", 320, "light"],
  ["files", 1280, "light"],
  ["files", 390, "dark"],
  ["folder", 1000, "dark"],
] as const;

const folder = process.argv[2] ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });
const stage = await openStage();
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
const stranger = await browser.newPage();
const shut = await browser.newPage();
await withoutDialog(shut);
const known = await (await browser.newContext({ httpCredentials: ann })).newPage();

async function take({ name, url, login }: PageState): Promise<void> {
  const page = name === "door" ? shut : login ? known : stranger;
  for (const [state, width, colorScheme] of wanted) {
    if (state !== name) continue;
    await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(url, { waitUntil: "load" });
    writeFileSync(join(folder, `${name}-${width}-${colorScheme}.png`), shrink(await page.screenshot()));
  }
}

for (const state of stage.empty) await take(state);
const states = await stage.busy();
// For the rates to be those of a second.
await setTimeout(2500);
for (const state of states) await take(state);
await browser.close();
await stage[Symbol.asyncDispose]();
