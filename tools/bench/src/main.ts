/** `npm run bench`: measures, prints the table, and fails when a promise is broken. `--help` says the options. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { memoryCases, rateCases } from "./cases.ts";
import { describeMachine } from "./machine.ts";
import { measureFlat, measureIdle } from "./memory.ts";
import { measureRate } from "./rates.ts";
import { intoDocument, toMarkdown } from "./report.ts";
import type { Report, Result } from "./result.ts";
import { makeSite } from "./site.ts";

const help = `npm run bench -- [options]      (npm run build comes first)
  --quick          short runs: to see that it works, not what it is worth
  --only ID        one case; repeatable. IDs: ${[...rateCases, ...Object.values(memoryCases)].map((one) => one.id).join(", ")}
  --json FILE      writes the results as JSON
  --readme         puts the table into README.md, between its markers`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "string" },
    readme: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function measureAll(): Promise<Report> {
  const effort = values.quick
    ? { rounds: 3, seconds: 1, warmUpSeconds: 1, idle: 2000, gigabytes: 2 }
    : { rounds: 5, seconds: 4, warmUpSeconds: 2, idle: 10_000, gigabytes: 10 };
  using site = makeSite();
  const { folder } = site;
  const all: readonly (readonly [id: string, measure: () => Promise<Result>])[] = [
    ...rateCases.map((one) => [one.id, () => measureRate(one, folder, effort)] as const),
    [memoryCases.idle.id, () => measureIdle(folder, effort.idle)],
    [memoryCases.down.id, () => measureFlat("down", folder, effort.gigabytes)],
    [memoryCases.up.id, () => measureFlat("up", folder, effort.gigabytes)],
  ];
  const results: Result[] = [];
  for (const [id, measure] of all) {
    if (values.only !== undefined && !values.only.includes(id)) continue;
    console.error(`bench: ${id} …`);
    results.push(await measure());
  }
  const words = `Medians of at least ${effort.rounds} alternating runs of ${effort.seconds} s, one thread of wrk`;
  return {
    machine: describeMachine(),
    effort: values.quick ? `${words} (quick: not to be quoted)` : words,
    results,
  };
}

if (values.help) console.log(help);
else {
  const report = await measureAll();
  const table = toMarkdown(report);
  console.log(table);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (values.readme) {
    const readme = fileURLToPath(new URL("../../../README.md", import.meta.url));
    writeFileSync(readme, intoDocument(readFileSync(readme, "utf8"), table));
  }
  const broken = report.results.filter((one) => !one.passed);
  for (const { id, value, bound } of broken) {
    console.error(
      `bench: ${id} is ${value.toFixed(2)}, promised is ${bound.kind === "floor" ? "at least" : "at most"} ${bound.value}`,
    );
  }
  if (broken.length > 0) process.exitCode = 1;
}
