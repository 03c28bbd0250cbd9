/** Memory: of connections that do nothing, and of a server that moves gigabytes. */
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { BenchError } from "./bench-error.ts";
import { memoryCases, type AmountCase } from "./cases.ts";
import { load } from "./load.ts";
import type { Result } from "./result.ts";
import { type Running, startServer } from "./running.ts";
import { largeFile, smallFile } from "./site.ts";
import { holdStalledReaders } from "./stalled-readers.ts";

const runFile = promisify(execFile);
const KiB = 1024;
const MiB = 1024 * 1024;

/** Opens `count` connections at once to each server, each after one answered request, and weighs them. */
export async function measureIdle(folder: string, count: number): Promise<Result> {
  const measured: Record<string, number> = {};
  for (const name of ["ours-files", "node:http", "node:http + sirv", "nginx"]) {
    await using server = await startServer(name, folder);
    // Requests pay for what is set up once: compiled code, room for young objects.
    await load(server.port, { path: `/${smallFile.name}`, connections: 100, seconds: 2 });
    const octets = await weigh(server, count, holdConnections);
    measured[name === "ours-files" ? "ours" : name] = octets / KiB;
  }
  return judgeAmount(memoryCases.idle, `${count.toLocaleString("en")} at once`, measured);
}

/** Readers that ask for a large file over a receive buffer of 4 KiB and read one octet: what each makes us hold. */
export async function measureStalled(folder: string, count: number): Promise<Result> {
  await using server = await startServer("ours-files", folder);
  const octets = await weigh(server, count, (port, readers, meanwhile) =>
    holdStalledReaders(port, readers, `/${largeFile.name}`, meanwhile),
  );
  return judgeAmount(memoryCases.stalled, `${count} at once, of 100 MiB`, { ours: octets / MiB });
}

export type Hold = (port: number, count: number, meanwhile: () => Promise<void>) => Promise<void>;

/** Octets that each of `count` clients costs beyond a quarter as many, which fill what the process has lying idle. */
export async function weigh(
  server: Pick<Running, "port" | "memory">,
  count: number,
  hold: Hold,
): Promise<number> {
  let before = Number.NaN;
  let during = Number.NaN;
  await hold(server.port, Math.ceil(count / 4), async () => {
    before = await settledMemory(server);
    await hold(server.port, count, async () => {
      during = await settledMemory(server);
    });
  });
  return (during - before) / count;
}

/** Queues still grow, and collected buffers are freed by another thread: asked until it stands still. */
export async function settledMemory(server: Pick<Running, "memory">): Promise<number> {
  let last = Number.NaN;
  for (let tries = 0; tries < 20; tries++) {
    const now = await server.memory();
    if (Math.abs(now - last) < MiB / 4) return now;
    last = now;
    await pause(200);
  }
  return last;
}

const holdConnections: Hold = (port, count, meanwhile) => holdIdle("http", port, count, meanwhile);

export async function holdIdle(
  protocol: "http" | "smtp" | "ftp",
  port: number,
  count: number,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const program = fileURLToPath(new URL("./idle-client.js", import.meta.url));
  const client = spawn(process.execPath, [program, protocol, `${port}`, `${count}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => client.once("exit", resolve));
  const first = await createInterface({ input: client.stdout })[Symbol.asyncIterator]().next();
  try {
    if (first.value !== `open ${count}`) throw new BenchError("LOAD", `connections: ${String(first.value)}`);
    await meanwhile();
  } finally {
    client.stdin.end();
    await exited;
  }
}

/** Moves `gigabytes` and compares the memory after the first with the memory after the last. */
export async function measureFlat(
  direction: "down" | "up",
  folder: string,
  gigabytes: number,
): Promise<Result> {
  await using server = await startServer("ours-files", folder);
  const after: number[] = [];
  for (let moved = 0; moved < gigabytes; moved++) {
    await (direction === "down" ? downloadGigabyte(server) : uploadGigabyte(server, folder));
    after.push(await settledMemory(server));
  }
  const [first = Number.NaN] = after;
  return judgeAmount(memoryCases[direction], `${gigabytes} GB`, { ours: (Math.max(...after) - first) / MiB });
}

/** One after the other: 100 MiB ten times is a GB, near enough. */
async function downloadGigabyte({ port }: Running): Promise<void> {
  const url = `http://127.0.0.1:${port}/${largeFile.name}?[1-10]`;
  expectOctets(await curl("-o", "/dev/null", "-w", "%{size_download}\n", url));
}

async function uploadGigabyte({ port }: Running, folder: string): Promise<void> {
  const url = `http://127.0.0.1:${port}/sink?[1-10]`;
  expectOctets(await curl("-T", `${folder}/${largeFile.name}`, url));
}

async function curl(...options: readonly string[]): Promise<string> {
  const { stdout } = await runFile("curl", ["-sS", "--fail", "--max-time", "60", ...options]);
  return stdout;
}

function expectOctets(lines: string): void {
  const counts = lines.trim().split("\n").map(Number);
  if (counts.length !== 10 || counts.some((octets) => octets !== largeFile.octets)) {
    throw new BenchError("LOAD", `curl moved ${counts.join(", ")} octets`);
  }
}

export function judgeAmount(
  one: AmountCase,
  amount: string,
  measured: Readonly<Record<string, number>>,
): Result {
  const value = measured["ours"] ?? Number.NaN;
  return {
    id: one.id,
    title: `${one.title} (${amount})`,
    measured,
    unit: one.unit,
    value,
    valueUnit: one.unit,
    bound: { kind: "ceiling", value: one.ceiling },
    passed: value <= one.ceiling,
  };
}
