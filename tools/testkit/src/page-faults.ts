/** All that is wrong with a page as it stands in a browser; nothing is the answer that is hoped for. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

/** To be evaluated in the page once, through the debugger: its own policy forbids strange scripts, as it should. */
export const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface Violation {
  readonly id: string;
  /** The elements, as HTML. */
  readonly nodes: readonly string[];
}

/** Every rule; of what passes nothing is told: to write that down and carry it over here took most of the time. */
const RUN = `axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html.slice(0, 120)) })))`;

export interface Look {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

/** In that width (CSS pixels) and theme; {@link axe} has been evaluated. Left like that, for a picture. */
export async function inspect(page: Page, { width, colorScheme }: Look): Promise<string[]> {
  await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
  await page.emulateMedia({ colorScheme });
  const faults: string[] = [];
  const violations = await page.evaluate<readonly Violation[]>(RUN);
  for (const { id, nodes } of violations) faults.push(`axe ${id}: ${nodes.join(" | ")}`);
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  if (wide > 0) faults.push(`${wide} px scroll sideways`);
  return faults;
}
