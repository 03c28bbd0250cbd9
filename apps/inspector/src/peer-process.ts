/**
 * Which process of this machine is at the other end of a socket: the system's table names the socket's inode, and the
 * process that has it open is found among its descriptors (proc_pid_fd(5)). Others' processes are shown to root only.
 */
import { readdir, readFile, readlink } from "node:fs/promises";

/** Processes looked at in one go; more than that is no workshop. */
const MAX_PROCESSES = 4096;
/** Descriptors looked at of one process. */
const MAX_DESCRIPTORS = 4096;

/** "curl (1234)", by inode, of those inodes that are wanted and found. */
export async function processesOf(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  // The newest first: a client was most likely started just now.
  for (const pid of processes.toReversed().slice(0, MAX_PROCESSES)) {
    if (found.size === inodes.size) break;
    const own = await inodesOf(pid, inodes);
    if (own.length === 0) continue;
    const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
    for (const inode of own) found.set(inode, `${name || "process"} (${pid})`);
  }
  return found;
}

async function inodesOf(pid: string, wanted: ReadonlySet<string>): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = (await readdir(folder).catch(() => [])).slice(0, MAX_DESCRIPTORS);
  const links = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return links.flatMap((link) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    return inode !== undefined && wanted.has(inode) ? [inode] : [];
  });
}
