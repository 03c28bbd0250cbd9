/** Pictures of a page for its README: the folder they go to, and a Chromium that takes them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { programPath } from "./real-client.ts";
import { shrink } from "./shrink.ts";

export interface Picture {
  readonly name: string;
  readonly url: string;
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

export interface Album extends AsyncDisposable {
  readonly browser: Browser;
  /** Writes `NAME-WIDTH-SCHEME.png`, as high as a phone or a laptop. */
  take(page: Page, picture: Picture): Promise<void>;
}

/** `test`: the script's own URL; the pictures go to `../screenshots`, or where its first argument says. */
export async function openAlbum(test: string): Promise<Album> {
  const folder = process.argv[2] ?? fileURLToPath(new URL("../screenshots", test));
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: programPath("chromium"),
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  return {
    browser,
    async take(page, { name, url, width, colorScheme }) {
      await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto(url, { waitUntil: "load" });
      writeFileSync(join(folder, `${name}-${width}-${colorScheme}.png`), shrink(await page.screenshot()));
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
