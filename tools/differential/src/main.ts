/** Runs the corpus against both engines. `--update` keeps what was seen; without it what has changed is shown (exit 1). */
import { writeFileSync } from "node:fs";
import { compare } from "./compare.ts";
import { goldenFile, goldenOf, nodeMajor, readGolden, tableFile } from "./golden.ts";
import { reasons } from "./reasons.ts";
import { ENGINES } from "./server.ts";
import { differencesTable, differs } from "./table.ts";

const compared = await compare();
const seen = goldenOf(compared);
for (const { case: one, outcomes } of compared) {
  if (differs(seen, one.name) && reasons[one.name] === undefined)
    console.log(`no reason in reasons.ts: ${one.name}: ${outcomes.hand} / ${outcomes["node-http"]}`);
}
if (process.argv.includes("--update")) {
  writeFileSync(goldenFile, `${JSON.stringify(seen, undefined, 2)}\n`);
  writeFileSync(tableFile, differencesTable(seen));
  console.log(`${compared.length} cases, written to ${tableFile}`);
} else {
  const kept = readGolden();
  const engines = kept.node === nodeMajor() ? ENGINES : (["hand"] as const);
  let changed = 0;
  for (const { case: one, outcomes } of compared) {
    for (const engine of engines) {
      const before = kept.outcomes[one.name]?.[engine];
      if (before === outcomes[engine]) continue;
      changed += 1;
      console.log(`${one.name}, ${engine}: was ${before}, is ${outcomes[engine]}`);
    }
  }
  console.log(`${compared.length} cases, ${changed} changed`);
  process.exitCode = changed === 0 ? 0 : 1;
}
