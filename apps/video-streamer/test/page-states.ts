/** The states of the player's page that are looked at. */
import type { Page } from "playwright-core";

export interface PageState {
  readonly name: string;
  /** Behind the page's address. */
  readonly hash: string;
  /** An expression that holds once the state is there. */
  readonly until: string;
  readonly widths: readonly number[];
}

const PLAYING =
  "globalThis.screen.video?.currentTime > 3 && document.querySelectorAll('#waterfall rect').length > 0";

export const PAGE_STATES: readonly PageState[] = [
  {
    name: "empty",
    hash: "",
    until: "document.querySelectorAll('[data-show]').length > 0",
    widths: [1280, 390],
  },
  { name: "film", hash: "#film=sample&by=hls", until: PLAYING, widths: [1600, 1280, 1000, 640, 390] },
  { name: "low-latency", hash: "#channel=demo&by=low-latency", until: PLAYING, widths: [1280, 390] },
];

/** Opens the state; returns what went wrong on the way. */
export async function arrive(page: Page, origin: string, { hash, until }: PageState): Promise<string[]> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`))
      faults.push(`asked ${request.url()}`);
  });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${origin}/${hash}`, { waitUntil: "load" });
  await holds(page, "globalThis.screen.video !== undefined");
  // The browser plays no sound before a person has done something.
  if (hash !== "") await page.evaluate("(screen.video.muted = true, screen.play())");
  await holds(page, until);
  return faults;
}

/** Through the debugger, again and again: the page's own policy lets nothing of the kind run in it. */
async function holds(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (Date.now() > end) throw new Error(`never: ${expression}`);
    await page.waitForTimeout(100);
  }
}
