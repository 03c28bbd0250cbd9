/** Writes the pictures of the room's pages: `npx tsx --conditions=@socketscope/source tools/workshop/test/screens.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { shrink } from "@socketscope/testkit/browsers";
import { chromium } from "playwright-core";
import { fill, openStage } from "./room/stage.ts";

const wanted = [
  ["empty", "/", 1280, "light"],
  ["room", "/", 1600, "light"],
  ["room", "/", 1000, "dark"],
  ["room", "/", 640, "light"],
  ["room", "/", 390, "dark"],
  ["wall", "/wall", 1600, "light"],
  ["wall", "/wall", 1280, "dark"],
  ["slides", "/slides", 1280, "light"],
  ["slide", "/slides/6/4", 1600, "light"],
  ["slide", "/slides/6/4", 1280, "dark"],
  ["slide", "/slides/6/4", 390, "light"],
] as const;

const folder = process.argv[2] ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });
const stage = await openStage();
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
const page = await browser.newPage();
for (const [at, [name, path, width, colorScheme]] of wanted.entries()) {
  // The first shows a room that nobody has come to yet.
  if (at === 1) await fill(stage);
  await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
  await page.emulateMedia({ colorScheme });
  await page.goto(new URL(path, stage.room.page).href, { waitUntil: "load" });
  writeFileSync(join(folder, `${name}-${width}-${colorScheme}.png`), shrink(await page.screenshot()));
}
await browser.close();
await stage[Symbol.asyncDispose]();
