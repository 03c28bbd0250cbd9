/** One trial: senders, a crash, a restart, and the question whether everything is there that was answered 250. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { askControl } from "@socketscope/host";
import { CrashError } from "./crash-error.ts";
import { Disk } from "./disk.ts";
import { lettersIn } from "./letters.ts";
import { Relay } from "./relay.ts";
import { startSenders, type Acknowledged } from "./senders.ts";

export interface TrialOptions {
  /** "kill": the process dies, the kernel lives on. "power": only what reached the disk is left. */
  readonly crash: "kill" | "power";
  readonly senders: number;
  /** While letters come in; afterwards it is up either way. */
  readonly nextHop: "up" | "down";
  /** False: the control, whose disk only says that it has written. */
  readonly fsync: boolean;
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
  /** Given to the next hop more than once: allowed (RFC 5321 §6.1), counted. */
  readonly doubled: number;
}

/** Of each kind. */
const FEW = 3;

/** Throws CrashError. */
export async function trial({ crash, senders, nextHop: hop, fsync, after }: TrialOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  const disks: Disk[] = [];
  try {
    const first = crash === "power" ? Disk.make(folder) : undefined;
    if (first !== undefined) disks.push(first);
    const nextState = join(folder, "next");
    const next = await Relay.start({ state: nextState, port: 0, fsync: true });
    const nextHop = next.port;
    // Down while letters come in: they wait in the queue.
    if (hop === "down") await next.stop();
    const state = join(first?.folder ?? folder, "state");
    const relay = await Relay.start({ state, port: 0, nextHop, fsync });
    const { acknowledged, over } = startSenders(relay.port, senders);
    await setTimeout(after);
    await someAcknowledged(acknowledged);
    relay.standStill();
    const second = first?.afterPowerLoss(folder);
    if (second !== undefined) disks.push(second);
    await relay.kill();
    await over;
    const again = hop === "up" ? next : await Relay.start({ state: nextState, port: nextHop, fsync: true });
    return await judge(second === undefined ? state : join(second.folder, "state"), again, acknowledged);
  } finally {
    for (const disk of disks) disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A crash before anything was promised says nothing. */
async function someAcknowledged({ here, elsewhere }: Acknowledged): Promise<void> {
  const end = Date.now() + 60_000;
  while (here.size < FEW || elsewhere.size < FEW) {
    if (Date.now() > end) throw new CrashError("LATE", "no letter was answered within a minute");
    await setTimeout(5);
  }
}

async function judge(
  state: string,
  next: Relay,
  { here, elsewhere }: { readonly here: ReadonlySet<string>; readonly elsewhere: ReadonlySet<string> },
): Promise<Outcome> {
  const relay = await Relay.start({ state, port: 0, nextHop: next.port, fsync: true });
  await emptied(state);
  await relay.stop();
  await next.stop();
  const kept = await lettersIn(join(state, "mail-relay", "maildir"));
  const passedOn = await lettersIn(join(next.state, "mail-relay", "maildir"));
  const lost =
    [...here].filter((id) => !kept.whole.has(id)).length +
    [...elsewhere].filter((id) => !passedOn.whole.has(id)).length;
  return {
    acknowledged: here.size + elsewhere.size,
    lost,
    torn: kept.torn.length + passedOn.torn.length,
    doubled: [...passedOn.whole.values()].filter((times) => times > 1).length,
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
