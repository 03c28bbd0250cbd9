/** One trial: senders, a crash, a restart, and the question whether everything is there that was answered 250. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { askControl } from "@socketscope/host";
import type { Control } from "./child.ts";
import { CrashError } from "./crash-error.ts";
import { Disk } from "./disk.ts";
import { doublesAmong, type Doubles } from "./doubles.ts";
import { lettersIn } from "./letters.ts";
import { NextHop } from "./next-hop.ts";
import { Relay } from "./relay.ts";
import { startSenders, type Acknowledged } from "./senders.ts";

export interface TrialOptions {
  /** "kill": the process dies, the kernel lives on. "power": only what reached the disk is left. */
  readonly crash: "kill" | "power";
  readonly senders: number;
  /** While letters come in; afterwards it is up either way. */
  readonly nextHop: "up" | "down";
  /** A relay that the trial must find out. */
  readonly control?: Control | undefined;
  /** Milliseconds until the crash, and as many more as it takes until a few letters were answered 250. */
  readonly after: number;
}

export interface Outcome {
  /** Letters answered 250, files answered 226. */
  readonly acknowledged: number;
  /** Of those, found nowhere; a file that was replaced: only in an older version. */
  readonly lost: number;
  /** Files that hold something else than was sent. */
  readonly torn: number;
  /** Given to the next hop more than once. */
  readonly doubles: Doubles;
}

/** Of each kind. */
const FEW = 3;

/** Throws CrashError. */
export async function trial({ crash, senders, nextHop, control, after }: TrialOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  const disks: Disk[] = [];
  const next = new NextHop();
  try {
    const first = crash === "power" ? Disk.make(folder) : undefined;
    if (first !== undefined) disks.push(first);
    const port = await next.listen();
    // Down while letters come in: they wait in the queue.
    if (nextHop === "down") await next.stop();
    const state = join(first?.folder ?? folder, "state");
    const relay = await Relay.start({ state, port: 0, nextHop: port, control });
    const { acknowledged, over } = startSenders(relay.port, senders);
    await setTimeout(after);
    await enough(acknowledged, nextHop === "up" ? next : undefined);
    relay.standStill();
    next.crashed();
    const second = first?.afterPowerLoss(folder);
    if (second !== undefined) disks.push(second);
    await relay.kill();
    await over;
    if (nextHop === "down") await next.listen();
    return await judge(second === undefined ? state : join(second.folder, "state"), next, acknowledged);
  } finally {
    await next.stop();
    for (const disk of disks) disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A crash before anything was promised says nothing, nor one before a connection to the next hop was used again. */
async function enough({ here, elsewhere }: Acknowledged, next: NextHop | undefined): Promise<void> {
  const end = Date.now() + 60_000;
  const isEnough = (): boolean =>
    here.size >= FEW && elsewhere.size >= FEW && (next?.taken.some(({ heard }) => heard) ?? true);
  while (!isEnough()) {
    if (Date.now() > end) throw new CrashError("LATE", "too few letters went through within a minute");
    await setTimeout(5);
  }
}

async function judge(state: string, next: NextHop, { here, elsewhere }: Acknowledged): Promise<Outcome> {
  const relay = await Relay.start({ state, port: 0, nextHop: next.port });
  await emptied(state);
  await relay.stop();
  await next.stop();
  const kept = await lettersIn(join(state, "mail-relay", "maildir"));
  const passedOn = new Set(next.taken.map(({ id }) => id));
  const lost =
    [...here].filter((id) => !kept.whole.has(id)).length +
    [...elsewhere].filter((id) => !passedOn.has(id)).length;
  return {
    acknowledged: here.size + elsewhere.size,
    lost,
    torn: kept.torn.length + next.taken.filter(({ id }) => id === undefined).length,
    doubles: doublesAmong(next.taken),
  };
}

/** Until the queue has given everything to the next hop. */
async function emptied(state: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const page = await askControl(state, "mail-relay", "GET", "/queue?limit=1");
    if (typeof page === "object" && page !== null && "total" in page && page.total === 0) return;
    if (Date.now() > end) throw new CrashError("LATE", "the queue is not empty after a minute");
    await setTimeout(100);
  }
}
