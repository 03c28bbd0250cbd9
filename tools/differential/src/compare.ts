/** Every case to both engines. */
import { ask } from "./ask.ts";
import { corpus, type Case } from "./corpus.ts";
import { inOrder } from "./in-order.ts";
import { ENGINES, startServer, type Engine } from "./server.ts";

export interface Compared {
  readonly case: Case;
  readonly outcomes: Readonly<Record<Engine, string>>;
}

/** Connections at the same time; those that are left waiting cost their patience only once. */
const AT_ONCE = 40;

export async function compare(cases: readonly Case[] = corpus): Promise<Compared[]> {
  const [hand, library] = await Promise.all(ENGINES.map((engine) => outcomesOf(engine, cases)));
  return cases.map((one, at) => ({
    case: one,
    outcomes: { hand: hand?.[at] ?? "", "node-http": library?.[at] ?? "" },
  }));
}

async function outcomesOf(engine: Engine, cases: readonly Case[]): Promise<string[]> {
  await using server = await startServer(engine);
  return await inOrder(cases, AT_ONCE, (one) => ask(server.port, Buffer.from(one.octets, "latin1")));
}
