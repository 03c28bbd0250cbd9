/** Writes the pictures of the room's pages: `npx tsx --conditions=@socketscope/source tools/workshop/test/screens.ts`. */
import { openAlbum } from "@socketscope/testkit/browsers";
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

await using stage = await openStage();
await using album = await openAlbum(import.meta.url);
const page = await album.browser.newPage();
for (const [at, [name, path, width, colorScheme]] of wanted.entries()) {
  // The first shows a room that nobody has come to yet.
  if (at === 1) await fill(stage);
  await album.take(page, { name, url: new URL(path, stage.room.page).href, width, colorScheme });
}
