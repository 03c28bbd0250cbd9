/** `npm run bench`: measures, prints the table, and fails when a promise is broken. `--help` says the options. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BenchError } from "./bench-error.ts";
import { memoryCases, rateCases } from "./cases.ts";
import { fileAmounts, fileCases } from "./file-cases.ts";
import { measureFiles, measureFlatFtp, measureIdleFtp } from "./file-measures.ts";
import { inspectorCases } from "./inspector-cases.ts";
import { measureInspected } from "./inspector-measures.ts";
import { describeMachine } from "./machine.ts";
import { mailAmounts, mailCases } from "./mail-cases.ts";
import { measureIdleSessions, measureLargeMessage, measureMail, measureQueue } from "./mail-measures.ts";
import { measureFlat, measureIdle, measureStalled } from "./memory.ts";
import { measureRate } from "./rates.ts";
import { intoDocument, rowsOf, toMarkdown } from "./report.ts";
import type { Report, Result } from "./result.ts";
import { makeSite } from "./site.ts";
import { measureLive } from "./video-crowd.ts";
import { firstSegmentCase, hlsCase, videoAmounts } from "./video-cases.ts";
import { measureFirstSegment, measureHls, measureLongFilm } from "./video-measures.ts";

const everyCase = [
  ...rateCases,
  ...Object.values(memoryCases),
  ...mailCases,
  ...Object.values(mailAmounts),
  ...fileCases,
  ...Object.values(fileAmounts),
  hlsCase,
  firstSegmentCase,
  videoAmounts.long,
  // Also measures live-memory and live-flat.
  videoAmounts.live,
  ...inspectorCases,
];

const help = `npm run bench -- [options]      (npm run build comes first)
  --quick          short runs: to see that it works, not what it is worth
  --only ID        one case; repeatable. IDs: ${everyCase.map((one) => one.id).join(", ")}
  --json FILE      writes the results as JSON
  --readme         puts the table into README.md, between its markers; with --only the other rows stay`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "string" },
    readme: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** It takes about 16. */
const MOST_MINUTES = 25;

async function measureAll(): Promise<Report> {
  const effort = values.quick
    ? {
        rounds: 3,
        seconds: 1,
        warmUpSeconds: 1,
        idle: 2000,
        gigabytes: 2,
        stalled: 32,
        queued: 10_000,
        part: 0.2,
      }
    : {
        rounds: 5,
        seconds: 3,
        warmUpSeconds: 2,
        idle: 10_000,
        gigabytes: 10,
        stalled: 32,
        queued: 100_000,
        part: 1,
      };
  using site = makeSite();
  const { folder } = site;
  const all: readonly (readonly [id: string, measure: () => Promise<Result | readonly Result[]>])[] = [
    ...rateCases.map((one) => [one.id, () => measureRate(one, folder, effort)] as const),
    [memoryCases.idle.id, () => measureIdle(folder, effort.idle)],
    [memoryCases.down.id, () => measureFlat("down", folder, effort.gigabytes)],
    [memoryCases.up.id, () => measureFlat("up", folder, effort.gigabytes)],
    [memoryCases.stalled.id, () => measureStalled(folder, effort.stalled)],
    ...mailCases.map((one) => [one.id, () => measureMail(one, folder, effort)] as const),
    [mailAmounts.idle.id, () => measureIdleSessions(effort.idle)],
    [mailAmounts.large.id, () => measureLargeMessage()],
    [mailAmounts.opened.id, () => measureQueue(effort.queued)],
    ...fileCases.map((one) => [one.id, () => measureFiles(one, effort, effort.part)] as const),
    [fileAmounts.idle.id, () => measureIdleFtp(effort.idle)],
    [fileAmounts.get.id, () => measureFlatFtp("get", effort.gigabytes)],
    [fileAmounts.put.id, () => measureFlatFtp("put", effort.gigabytes)],
    [hlsCase.id, () => measureHls(effort)],
    [firstSegmentCase.id, () => measureFirstSegment(effort)],
    [videoAmounts.long.id, () => measureLongFilm()],
    [videoAmounts.live.id, () => measureLive(effort.part)],
    ...inspectorCases.map(
      (one) => [one.id, () => measureInspected(one, folder, effort, effort.part)] as const,
    ),
  ];
  const begun = performance.now();
  const minutes = (): number => (performance.now() - begun) / 60_000;
  const results: Result[] = [];
  for (const [id, measure] of all) {
    if (values.only !== undefined && !values.only.includes(id)) continue;
    // Each case is bounded by itself (wrk and curl have their time); a machine that slow is worth no figure.
    if (minutes() > MOST_MINUTES) throw new BenchError("LOAD", `not done after ${MOST_MINUTES} minutes`);
    console.error(`bench: ${id} …`);
    results.push(...[await measure()].flat());
  }
  const words = `Medians of at least ${effort.rounds} alternating runs, ${effort.rounds * effort.seconds} s or more for each server; one thread of wrk`;
  return {
    machine: describeMachine(),
    effort: `${values.quick ? `${words} (quick: not to be quoted)` : words}; ${minutes().toFixed(1)} minutes in all`,
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
    const document = readFileSync(readme, "utf8");
    const kept = values.only === undefined ? [] : rowsOf(document);
    writeFileSync(readme, intoDocument(document, toMarkdown(report, kept)));
  }
  const broken = report.results.filter((one) => !one.passed);
  for (const { id, value, bound } of broken) {
    console.error(
      `bench: ${id} is ${value.toFixed(2)}, promised is ${bound.kind === "floor" ? "at least" : "at most"} ${bound.value}`,
    );
  }
  if (broken.length > 0) process.exitCode = 1;
}
