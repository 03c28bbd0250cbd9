/** Browsers and their libraries load slowly: this entry is apart, so that a suite without a page does not pay. */
export type { Browser, BrowserOptions, BrowserPage, SeenResponse } from "./browser.ts";
export { openChromium } from "./chromium.ts";
export { openAlbum, type Album, type Picture } from "./album.ts";
export { axe, inspect, type Look } from "./page-faults.ts";
export { shrink } from "./shrink.ts";
export { openFirefox } from "./firefox.ts";
