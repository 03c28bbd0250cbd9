/** Writes the pictures of the page: `npx tsx --conditions=@socketscope/source apps/file-transfer/test/screens.ts`. */
import { setTimeout } from "node:timers/promises";
import { openAlbum } from "@socketscope/testkit/browsers";
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

await using stage = await openStage();
await using album = await openAlbum(import.meta.url);
const { browser } = album;
const stranger = await browser.newPage();
const shut = await browser.newPage();
await withoutDialog(shut);
const known = await (await browser.newContext({ httpCredentials: ann })).newPage();

async function take({ name, url, login }: PageState): Promise<void> {
  const page = name === "door" ? shut : login ? known : stranger;
  for (const [state, width, colorScheme] of wanted) {
    if (state !== name) continue;
    await album.take(page, { name, url, width, colorScheme });
  }
}

for (const state of stage.empty) await take(state);
const states = await stage.busy();
// For the rates to be those of a second.
await setTimeout(2500);
for (const state of states) await take(state);
