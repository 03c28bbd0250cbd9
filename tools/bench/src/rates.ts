/** Measures one case: every server is up, and they are loaded in turns, so that a noisy minute hits them all. */
import type { RateCase } from "./cases.ts";
import { load } from "./load.ts";
import { type Running, startServer } from "./running.ts";
import { median } from "./statistics.ts";
import type { Result } from "./result.ts";

export interface Effort {
  readonly rounds: number;
  /** Of each run, and before the first one of each server. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export async function measureRate(one: RateCase, folder: string, effort: Effort): Promise<Result> {
  const names = [...new Set([one.ours, ...one.peers, ...one.beside])];
  const servers: Running[] = [];
  try {
    for (const name of names) servers.push(await startServer(name, folder));
    const runs = new Map<string, number[]>(names.map((name) => [name, []]));
    for (const server of servers) await load(server.port, { ...one, seconds: effort.warmUpSeconds });
    for (let round = 0; round < effort.rounds * (one.moreRounds ?? 1); round++) {
      // Each round begins with another server.
      for (const server of [
        ...servers.slice(round % servers.length),
        ...servers.slice(0, round % servers.length),
      ]) {
        const { requestsPerSecond, octetsPerSecond } = await load(server.port, {
          ...one,
          seconds: effort.seconds,
        });
        runs.get(server.name)?.push(one.unit === "MB/s" ? octetsPerSecond / 1e6 : requestsPerSecond);
      }
    }
    return judge(one, new Map([...runs].map(([name, all]) => [name, median(all)])));
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

export function judge(one: RateCase, medians: ReadonlyMap<string, number>): Result {
  const of = (name: string): number => medians.get(name) ?? Number.NaN;
  const peer = one.peers.reduce((best, name) => (of(name) > of(best) ? name : best));
  const value = of(one.ours) / of(peer);
  const goal = typeof one.goal === "object" ? of(one.goal.above) / of(peer) : one.goal;
  return {
    id: one.id,
    title: one.title,
    measured: Object.fromEntries([...medians].map(([name, rate]) => [shown(one, name), rate])),
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

function shown(one: RateCase, name: string): string {
  if (name === one.ours) return "ours";
  return name === "ours" ? "without a tap" : name;
}
