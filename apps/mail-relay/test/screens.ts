/** Writes the pictures of the inbox: `npx tsx --conditions=@socketscope/source apps/mail-relay/test/screens.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath } from "@socketscope/testkit";
import { shrink } from "@socketscope/testkit/browsers";
import { chromium } from "playwright-core";
import { openInbox } from "./inbox/look.ts";

const folder = fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });
const inbox = await openInbox();
const browser = await chromium.launch({
  executablePath: programPath("chromium"),
  args: ["--no-sandbox", "--disable-background-networking"],
});
const page = await browser.newPage();
const wanted = [
  ["empty", 1280, "light"],
  ["list", 390, "light"],
  ["html", 1600, "light"],
  ["html", 1280, "dark"],
  ["source", 1000, "dark"],
  ["dialogue", 1280, "light"],
  ["dialogue", 640, "dark"],
  ["queue", 1440, "light"],
  ["queue", 390, "dark"],
  ["failed", 1440, "light"],
  ["failed", 390, "light"],
  ["session", 390, "dark"],
  ["broken-off", 1000, "light"],
] as const;
const take = async (name: string, url: string): Promise<void> => {
  for (const [state, width, colorScheme] of wanted) {
    if (state !== name) continue;
    await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(url, { waitUntil: "load" });
    writeFileSync(join(folder, `${name}-${width}-${colorScheme}.png`), shrink(await page.screenshot()));
  }
};
for (const { name, url } of inbox.empty) await take(name, url);
for (const { name, url } of await inbox.states()) await take(name, url);
await browser.close();
await inbox[Symbol.asyncDispose]();
