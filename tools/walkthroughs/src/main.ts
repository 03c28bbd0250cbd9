/** `walkthroughs [-u] [FILE …]`: runs the files named, or all of the workspace. Exit 1 when a step fails. */
import { readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WalkthroughError } from "./errors.ts";
import { findWalkthroughs } from "./find.ts";
import { describeFailure } from "./outcome.ts";
import { parseWalkthrough } from "./parse.ts";
import { WalkthroughRun } from "./run.ts";
import { titleOf } from "./step.ts";
import { updateText } from "./update.ts";

const help = `walkthroughs            runs every walkthrough of the workspace
walkthroughs FILE ...   only these
  -u, --update          writes what is printed into the blocks that differ
`;

const workspace = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

/** Steps that failed. */
async function perform(file: string, update: boolean): Promise<number> {
  const path = relative(workspace, file).split("\\").join("/");
  const text = readFileSync(file, "utf8");
  const walkthrough = parseWalkthrough(path, text);
  await using run = new WalkthroughRun(walkthrough, { workspace });
  let failed = 0;
  for (const [index, step] of walkthrough.steps.entries()) {
    const outcome = await run.step(index);
    const where = `${path}:${step.line} ${titleOf(step)}`;
    if (outcome.state === "passed") console.log(`ok    ${where}`);
    if (outcome.state === "left out") console.log(`left  ${where} (${outcome.reason})`);
    if (outcome.state === "failed") {
      failed += 1;
      console.log(`FAIL  ${where}\n${describeFailure(path, step, outcome)}`);
    }
  }
  if (!update || failed === 0) return failed;
  const updated = updateText(text, walkthrough.steps, await run.all(), run.values);
  if (updated === text) return failed;
  writeFileSync(file, updated);
  console.log(`${path} is brought up to date: read the difference before you commit it`);
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const update = args.includes("-u") || args.includes("--update");
  const unknown = args.find((one) => one.startsWith("-") && one !== "-u" && one !== "--update");
  if (unknown !== undefined) throw new WalkthroughError("USAGE", `there is no option ${unknown}\n\n${help}`);
  const named = args.filter((one) => !one.startsWith("-"));
  const here = process.env["INIT_CWD"] ?? process.cwd();
  const files =
    named.length === 0
      ? findWalkthroughs(workspace).map((path) => resolve(workspace, path))
      : named.map((path) => (isAbsolute(path) ? path : resolve(here, path)));
  let failed = 0;
  for (const file of files) failed += await perform(file, update);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WalkthroughError)) throw error;
  console.error(`walkthroughs: ${error.message}`);
  process.exitCode = 2;
}
