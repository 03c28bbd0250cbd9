/** Measures one case: every server is up, and they are loaded in turns, so that a noisy minute hits them all. */
import type { Comparison, RateCase } from "./cases.ts";
import { load } from "./load.ts";
import { type Started, startServer } from "./running.ts";
import { median } from "./statistics.ts";
import type { Result } from "./result.ts";

export interface Effort {
  readonly rounds: number;
  /** Of each run, and before the first one of each server. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** What each server reached, round by round. */
export type Runs = ReadonlyMap<string, readonly number[]>;

export interface Method<Server extends Started> {
  start(name: string): Promise<Server>;
  /** What the server reached, in the case's unit. */
  load(server: Server, seconds: number): Promise<number>;
}

export function measureRate(one: RateCase, folder: string, effort: Effort): Promise<Result> {
  return compare(one, effort, {
    start: (name) => startServer(name, folder),
    load: async ({ port }, seconds) => {
      const { requestsPerSecond, octetsPerSecond } = await load(port, { ...one, seconds });
      return one.unit === "MB/s" ? octetsPerSecond / 1e6 : requestsPerSecond;
    },
  });
}

export async function compare<Server extends Started>(
  one: Comparison,
  effort: Effort,
  method: Method<Server>,
): Promise<Result> {
  const names = [...new Set([one.ours, ...one.peers, ...one.beside])];
  const { times, cutInto } = one.rounds ?? { times: 1, cutInto: 1 };
  const servers: Server[] = [];
  try {
    for (const name of names) servers.push(await method.start(name));
    const runs = new Map<string, number[]>(names.map((name) => [name, []]));
    for (const server of servers) await method.load(server, effort.warmUpSeconds);
    for (let round = 0; round < effort.rounds * times * cutInto; round++) {
      // Each round begins with another server.
      const first = round % servers.length;
      for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
        const seconds = Math.max(1, Math.round(effort.seconds / cutInto));
        runs.get(server.name)?.push(await method.load(server, seconds));
      }
    }
    return judge(one, runs);
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** The ratio is the median of those of each round: its runs lie side by side, and share what the machine had to do then. */
export function judge(one: Comparison, runs: Runs): Result {
  const of = (name: string): number => median(runs.get(name) ?? []);
  const ratio = (name: string, to: string): number => {
    const others = runs.get(to) ?? [];
    return median((runs.get(name) ?? []).map((rate, round) => rate / (others[round] ?? Number.NaN)));
  };
  const peer = one.peers.reduce((best, name) => (of(name) > of(best) ? name : best));
  const value = ratio(one.ours, peer);
  const goal = typeof one.goal === "object" ? ratio(one.goal.above, peer) * (one.goal.times ?? 1) : one.goal;
  return {
    id: one.id,
    title: one.title,
    measured: Object.fromEntries([...runs.keys()].map((name) => [shown(one, name), of(name)])),
    unit: one.unit,
    value,
    valueUnit: "×",
    against: peer === "ours" ? "without a tap" : peer,
    bound: { kind: "floor", value: one.floor },
    ...(goal === undefined ? {} : { goal }),
    // NaN is no success either.
    passed: value >= one.floor,
  };
}

function shown(one: Comparison, name: string): string {
  if (name === one.ours) return "ours";
  return name === "ours" ? "without a tap" : name;
}
