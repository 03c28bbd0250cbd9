/** Opens the states in a browser and says all that is wrong with them; nothing is the answer that is hoped for. */
import { axe } from "@socketscope/testkit/browsers";
import type { Page } from "playwright-core";
import type { PageState } from "./states.ts";

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
