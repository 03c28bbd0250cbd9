/** Opens the states in a browser and says all that is wrong with them; nothing is the answer that is hoped for. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { PageState } from "./states.ts";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What is wrong with the state by itself; what goes wrong later is added. */
export async function open(page: Page, { url, status, asked }: PageState): Promise<string[]> {
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.removeAllListeners();
  await page.unrouteAll();
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // The status of a page that is an error is no fault of the page.
    if (message.type() === "error" && !message.text().includes(`status of ${status}`))
      faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(`${origin}/`) && !target.startsWith("data:")) faults.push(`asked ${target}`);
  });
  if (asked !== undefined) {
    const { headers, ...rest } = asked;
    await page.route(url, (route) =>
      route.continue({ ...rest, headers: { ...route.request().headers(), ...headers } }),
    );
  }
  if (status === 401) {
    // A person cancels the dialog and reads on; a browser without a window gives up, so the challenge is taken out.
    await page.route(url, async (route) => {
      const response = await route.fetch();
      const { "www-authenticate": challenge, ...headers } = response.headers();
      if (challenge === undefined) faults.push("401 without a challenge");
      await route.fulfill({ response, headers });
    });
  }
  const answer = await page.goto(url, { waitUntil: "load" });
  if (answer?.status() !== status) faults.push(`status ${answer?.status()} in place of ${status}`);
  // Through the debugger: the page's own policy forbids strange scripts, as it should.
  await page.evaluate(axe);
  return faults;
}

export interface Look {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

/** What is wrong with the open state in that width (CSS pixels) and theme. Left like that, for a picture. */
export async function inspect(page: Page, { width, colorScheme }: Look): Promise<string[]> {
  await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
  await page.emulateMedia({ colorScheme });
  const faults: string[] = [];
  const { violations } = await page.evaluate<AxeResult>("axe.run()");
  for (const { id, nodes } of violations)
    faults.push(`axe ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  if (wide > 0) faults.push(`${wide} px scroll sideways`);
  return faults;
}
