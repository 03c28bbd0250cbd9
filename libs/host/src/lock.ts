/**
 * Mutual exclusion between processes of one machine, by files, without a lock call (Node has none).
 *
 * Who wants the lock puts a claim of its own into the lock's folder, then looks whether another living process has
 * one. If so it takes its claim back. Whoever holds has looked after claiming and has seen nobody; of two that claim
 * at once the later look sees the other. A claim's name holds process id and start time and is never used again, so
 * a dead process's claim can be removed by anybody at any time: there is no stale lock to race for.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, StateError } from "./errors.ts";

export interface Lock extends AsyncDisposable {
  /** Twice does nothing. */
  release(): Promise<void>;
}

export interface LockOptions {
  /** Milliseconds to go on asking while somebody else has it. */
  readonly wait: number;
}

interface Claim {
  readonly pid: number;
  /** Clock ticks after boot; "0" where the system does not say. */
  readonly started: string;
}

/** `folder` is the lock. Throws {@link StateError} `STATE_LOCKED` with the holder's process id. */
export async function acquireLock(folder: string, options: LockOptions): Promise<Lock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${process.pid}-${startOf(process.pid) ?? "0"}-${randomBytes(6).toString("hex")}`;
  const mine = join(folder, name);
  const deadline = performance.now() + options.wait;
  for (;;) {
    await (await open(mine, "wx", 0o600)).close();
    const other = await firstLiving(folder, name);
    if (other === undefined) break;
    await rm(mine, { force: true });
    if (performance.now() >= deadline) {
      throw new StateError("STATE_LOCKED", `${folder} is held by process ${other.pid}`);
    }
    // different pauses, or two that claim together go on meeting
    await sleep(2 + Math.random() * 23);
  }
  const release = (): Promise<void> => rm(mine, { force: true });
  return { release, [Symbol.asyncDispose]: release };
}

/** Another process's claim, living; claims of the dead go on the way. */
async function firstLiving(folder: string, mine: string): Promise<Claim | undefined> {
  for (const name of await readdir(folder)) {
    if (name === mine) continue;
    const [, pid, started] = /^(\d+)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
    if (pid === undefined || started === undefined) continue;
    const claim = { pid: Number(pid), started };
    if (isAlive(claim)) return claim;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

function isAlive(claim: Claim): boolean {
  try {
    process.kill(claim.pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's
    if (codeOf(error) !== "EPERM") return false;
  }
  const started = startOf(claim.pid);
  // the id may have gone to a younger process since
  return started === undefined || claim.started === "0" || started === claim.started;
}

/** Field 22 of /proc/PID/stat (proc(5)), counted after the name, which may hold blanks and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
