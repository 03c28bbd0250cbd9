/** The states of the demo's pages, each as a visitor comes to it. */
import type { Page } from "playwright-core";
import { inspect, type Look } from "@socketscope/testkit/browsers";
import { open } from "../pages/look.ts";

export interface DemoState {
  readonly name: string;
  readonly path: string;
  /** Without it the visitor reads without script. */
  readonly script: boolean;
  /** What the visitor does, until there is something to look at, here or at the path that is returned. */
  readonly act: (page: Page) => Promise<string | void>;
}

/** Every part of the page has begun. */
async function loaded(page: Page): Promise<void> {
  await page.getByText(/^id: /).waitFor();
  await page.locator(".use", { hasText: "now WebSocket" }).waitFor();
  await page.locator("#slices button").first().waitFor();
}

async function used(page: Page): Promise<void> {
  await loaded(page);
  for (const text of ["Is anybody in room 4.12?", "I can see my own socket from here."]) {
    await page.fill("#chat-text", text);
    await page.press("#chat-text", "Enter");
    await page.locator("#said .me", { hasText: text }).waitFor();
  }
  await page.click("#slices button:nth-child(3)");
  await page.waitForSelector("#slices .got");
  const file = {
    name: "harbour.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(3_000_000, 7),
  };
  await page.setInputFiles("#upload-form input", file);
  await page.click("#upload-form button");
  await page.waitForSelector("#uploads .same");
  await page.click("#words summary");
  await page.mouse.move(2, 2);
}

/** As a form without script: the address it is led to is looked at. */
async function uploaded(page: Page): Promise<string> {
  const answer = page.waitForResponse("**/upload");
  await page.setInputFiles("#upload-form input", {
    name: "a.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("Ahoy"),
  });
  await page.click("#upload-form button");
  return (await (await answer).headerValue("location")) ?? "";
}

/** After a visit: there is something to count. */
async function tabled(page: Page): Promise<string> {
  await loaded(page);
  return "/sockets";
}

const nothing = (): Promise<void> => Promise.resolve();

export const DEMO_STATES: readonly DemoState[] = [
  { name: "demo", path: "/", script: true, act: loaded },
  { name: "demo-used", path: "/", script: true, act: used },
  { name: "demo-plain", path: "/", script: false, act: nothing },
  { name: "demo-table", path: "/", script: true, act: tabled },
  { name: "demo-upload", path: "/", script: true, act: uploaded },
  { name: "demo-about", path: "/about", script: true, act: nothing },
];

/** What went wrong on the way there; what goes wrong later is added. */
export async function arrive(page: Page, origin: string, { path, act }: DemoState): Promise<string[]> {
  const faults = await open(page, { name: "", url: origin + path, status: 200 });
  const next = await act(page);
  if (next !== undefined) faults.push(...(await open(page, { name: "", url: origin + next, status: 200 })));
  return faults;
}

/** How it looks in that width and theme. Who reads without script is not asked by axe, which is one. */
export async function look(
  page: Page,
  { script }: DemoState,
  { width, colorScheme }: Look,
): Promise<string[]> {
  if (script) return inspect(page, { width, colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  return wide > 0 ? [`${wide} px scroll sideways`] : [];
}

/** From the top, with all that comes only when it is scrolled to. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })");
  await page.evaluate("Promise.all([...document.images].map((image) => image.decode()))");
  await page.evaluate("document.activeElement?.blur(), scrollTo({ top: 0, behavior: 'instant' })");
}
