/** Prints each rule with what breaks it: `npm run architecture`. Exit 1 when anything does. */
import { fileURLToPath } from "node:url";
import { check } from "./check.ts";
import { layerOf, layers } from "./layers.ts";
import { rules } from "./violation.ts";
import { readWorkspace } from "./workspace.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("../../..", import.meta.url));
const workspace = readWorkspace(root.replace(/\/$/, ""));
const violations = check(workspace);

for (const layer of layers.toReversed()) {
  const rooms = workspace.packages.filter((one) => layerOf(one.folder) === layer);
  console.log(`${layer.padEnd(9)} ${rooms.map((one) => one.project).join("  ")}`);
}
console.log();
for (const [rule, meaning] of Object.entries(rules)) {
  const broken = violations.filter((one) => one.rule === rule);
  console.log(`${broken.length === 0 ? "ok  " : "FAIL"}  ${rule.padEnd(10)} ${meaning}`);
  for (const { where, what } of broken) console.log(`        ${where}  ${what}`);
}
if (violations.length > 0) process.exitCode = 1;
