/** `npm run fuzz`: looks for input that breaks a core. What it finds is minimised and becomes a test. `--help` says the options. */
import { availableParallelism } from "node:os";
import { inspect, parseArgs } from "node:util";
import { fuzz, type Report } from "./campaign.ts";
import { keepFinding, readShelf, writeCorpus } from "./corpus.ts";
import type { Target } from "./target.ts";
import { differential } from "./differential.ts";
import { NodeReader, ourReading } from "./readers.ts";
import { targets } from "./targets.ts";
import { httpServer } from "./targets/http-server.ts";

// A core throws for a living here: three frames say where, ten cost half the speed.
Error.stackTraceLimit = 3;

const help = `npm run fuzz -- [options] [target …]      (npm run build comes first)
  --seconds N      per target. Default 600
  --executions N   per target; whichever comes first. Default no bound
  --seed N         repeats a run. Default: from the clock, and printed
  --no-keep        writes neither corpus nor findings
  --differential   the same octets to our HTTP core and to node:http: do they read the same requests?
Targets: ${targets.map(({ name }) => name).join(", ")}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    seconds: { type: "string", default: "600" },
    executions: { type: "string", default: "Infinity" },
    seed: { type: "string" },
    keep: { type: "boolean", default: true },
    differential: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(help);
else {
  const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const unknown = positionals.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) {
    console.error(
      `fuzz: there is no target ${unknown.join(", ")}; there are ${targets.map(({ name }) => name).join(", ")}`,
    );
    process.exitCode = 2;
  } else {
    const limits = { executions: Number(values.executions), seconds: Number(values.seconds) };
    const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed);
    console.log(`Node ${process.version}, ${availableParallelism()} cores, seed ${seed}`);
    if (values.differential) await compareReaders(limits, seed);
    else for (const target of chosen) run(target, limits, seed);
  }
}

function run(target: Target, limits: { executions: number; seconds: number }, seed: number): void {
  const report = fuzz(
    target,
    [...readShelf("found", target.name), ...readShelf("corpus", target.name)],
    limits,
    seed,
  );
  print(report);
  for (const { input, code, error } of report.found) {
    console.error(
      `${target.name}: ${code}\n  ${JSON.stringify(Buffer.from(input).toString("latin1"))}\n  ${inspect(error)}`,
    );
    if (values.keep) console.error(`  kept in ${keepFinding(target.name, input)}`);
    process.exitCode = 1;
  }
  if (values.keep) writeCorpus(target.name, report.corpus);
}

async function compareReaders(limits: { executions: number; seconds: number }, seed: number): Promise<void> {
  const node = new NodeReader();
  const readers = { ours: ourReading, theirs: (input: Uint8Array) => node.reading(input) };
  const material = {
    words: httpServer.words.map((word) => Buffer.from(word, "latin1")),
    corpus: [...readShelf("corpus", httpServer.name), ...readShelf("found", httpServer.name)],
  };
  const { executions, counts, differences } = await differential(readers, material, limits, seed);
  const told = Object.entries(counts).map(([verdict, count]) => `${verdict} ${count.toLocaleString("en")}`);
  console.log(`${executions.toLocaleString("en")} executions: ${told.join(", ")}`);
  for (const { verdict, input, ours, theirs } of differences) {
    console.log(`${verdict}: ${JSON.stringify(Buffer.from(input).toString("latin1"))}`);
    console.log(`  ours   ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`);
  }
  if (counts["read differently"] > 0) process.exitCode = 1;
}

function print({ target, executions, seconds, corpus, coverage, found }: Report): void {
  const percent = ((100 * coverage.reached) / Math.max(1, coverage.of)).toFixed(1);
  console.log(
    `${target}: ${executions.toLocaleString("en")} executions in ${seconds.toFixed(0)} s, ${percent} % of its code reached, ` +
      `${corpus.length} inputs kept, ${found.length} findings`,
  );
}
