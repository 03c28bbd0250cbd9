/** What a process holds, as Linux tells: resident memory, descriptors, and the ports it is bound to. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Octets. */
export function residentOctets(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Ports of its listening TCP sockets and of its UDP sockets: "tcp 8080", sorted. */
export function ports(pid: number): string[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)));
  const found = ["tcp", "tcp6", "udp", "udp6"].flatMap((table) =>
    rowsOf(`/proc/${pid}/net/${table}`)
      .filter(({ inode, state }) => own.has(inode) && (table.startsWith("udp") || state === LISTEN))
      .map(({ port }) => `${table} ${port}`),
  );
  return found.toSorted();
}

/** TCP_LISTEN of the kernel's include/net/tcp_states.h. */
const LISTEN = "0A";

interface Row {
  readonly port: number;
  readonly state: string;
  readonly inode: string;
}

/** Columns as in proc(5): number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode. */
function rowsOf(path: string): Row[] {
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [, local = "", , state = "", , , , , , inode = ""] = line.trim().split(/\s+/);
    return { port: Number.parseInt(local.split(":")[1] ?? "", 16), state, inode };
  });
}

/** Undefined for what is no socket, or closed since it was listed. */
function inodeOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined;
  }
}
