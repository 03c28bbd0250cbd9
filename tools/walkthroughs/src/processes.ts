/** Ends what was started here, with all its children, by process id. */
import { type ChildProcess, execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as rest } from "node:timers/promises";
import { promisify } from "node:util";

/** The start keeps a process apart from a later one with the same number. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly start: string;
  readonly ended: boolean;
}

/** Milliseconds between two looks at who is still there. */
const look = 25;

/**
 * SIGTERM (or `signal`) to the child's group; what is left of it and of its children, in whatever group they
 * are, gets SIGKILL after `grace` milliseconds. The child must have been started with `detached`.
 */
export async function endTree(
  child: ChildProcess,
  grace: number,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  if (child.pid === undefined) return;
  const mine = childrenOf(child.pid, await everyProcess());
  send(-child.pid, signal);
  const end = Date.now() + grace;
  let left = await remaining(mine);
  const told = new Set<number>();
  while (left.length > 0 && Date.now() < end) {
    // Who left the group is told by those in it, as npm start tells its apps; told by us only when they are gone.
    const alone = left.every((one) => one.group !== child.pid) ? left : [];
    for (const { pid } of alone.filter((one) => !told.has(one.pid))) {
      send(pid, signal);
      told.add(pid);
    }
    await rest(look);
    left = await remaining(mine);
  }
  if (left.length === 0) return;
  const everyone = await everyProcess();
  for (const one of left.flatMap((root) => childrenOf(root.pid, everyone))) send(one.pid, "SIGKILL");
  send(-child.pid, "SIGKILL");
}

async function remaining(mine: readonly Process[]): Promise<Process[]> {
  if (mine.length === 0) return [];
  const now = new Map((await everyProcess()).map((one) => [one.pid, one]));
  return mine.filter((one) => {
    const same = now.get(one.pid);
    return same !== undefined && same.start === one.start && !same.ended;
  });
}

function childrenOf(pid: number, everyone: readonly Process[]): Process[] {
  const found = everyone.filter((one) => one.pid === pid);
  for (const parent of found) found.push(...everyone.filter((one) => one.parent === parent.pid));
  return found;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has gone by itself
  }
}

async function everyProcess(): Promise<Process[]> {
  const folders = await readdir("/proc").catch(() => undefined);
  if (folders === undefined || !folders.includes("self")) return askPs();
  const read = folders
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));
  return (await Promise.all(read)).flatMap((stat) => {
    // proc(5): the name in parentheses may hold blanks and parentheses; state, parent … follow its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent = "", group = "", ...more] = fields;
    if (parent === "") return [];
    const ended = state === "Z" || state === "X";
    const pid = Number.parseInt(stat, 10);
    return [{ pid, parent: Number(parent), group: Number(group), start: more[16] ?? "", ended }];
  });
}

async function askPs(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,lstart="]);
  return stdout.split("\n").flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (found === null) return [];
    const [, pid, parent, group, state = "", start = ""] = found;
    const ended = state.startsWith("Z");
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), start, ended }];
  });
}
