/** Which files of a workspace are walkthroughs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readMarker } from "./fences.ts";
import { parseWalkthrough } from "./parse.ts";
import type { Walkthrough } from "./step.ts";

/** Every `WALKTHROUGH.md`, and each `README.md` that says `<!-- walkthrough -->`; paths from the root, with slashes. */
export function findWalkthroughs(root: string): string[] {
  const folders = ["libs", "apps", "tools"].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}/`) : [],
  );
  return ["", ...folders]
    .flatMap((folder) => [`${folder}README.md`, `${folder}WALKTHROUGH.md`])
    .filter((path) => existsSync(join(root, path)))
    .filter((path) => path.endsWith("WALKTHROUGH.md") || readMarker(readText(root, path)) !== undefined);
}

/** Throws WalkthroughError SYNTAX. */
export function readWalkthrough(root: string, path: string): Walkthrough {
  return parseWalkthrough(path, readText(root, path));
}

/** The share of steps that are not run everywhere, 0 to 1. */
export function shareLeftOut(walkthroughs: readonly Walkthrough[]): number {
  const steps = walkthroughs.flatMap((one) => one.steps);
  return steps.filter((step) => step.leftOut !== undefined).length / Math.max(1, steps.length);
}

function readText(root: string, path: string): string {
  return readFileSync(join(root, path), "utf8");
}
