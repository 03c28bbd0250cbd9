/** What the system itself says of our sockets: /proc/net/tcp and tcp6 (proc_pid_net(5)), read only while somebody looks. */
import { readFile } from "node:fs/promises";
import type { AddressView } from "./views.ts";

/** include/net/tcp_states.h of Linux. */
const STATES: Readonly<Record<string, string>> = {
  "01": "ESTABLISHED",
  "02": "SYN_SENT",
  "03": "SYN_RECV",
  "04": "FIN_WAIT1",
  "05": "FIN_WAIT2",
  "06": "TIME_WAIT",
  "07": "CLOSE",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0A": "LISTEN",
  "0B": "CLOSING",
};

/** "local remote" → state, of every TCP socket of this machine; undefined where the system has no such table. */
export async function readKernelStates(): Promise<ReadonlyMap<string, string> | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "latin1").catch(() => "")),
  );
  if (tables.every((table) => table === "")) return undefined;
  const states = new Map<string, string>();
  for (const table of tables) {
    for (const line of table.split("\n").slice(1)) {
      const [, local, remote, state] = line.trim().split(/\s+/);
      const said = STATES[state ?? ""];
      if (local !== undefined && remote !== undefined && said !== undefined)
        states.set(`${local} ${remote}`, said);
    }
  }
  return states;
}

/** A socket's key in that map. */
export function kernelKey(local: AddressView, remote: AddressView): string {
  return `${kernelAddress(local)} ${kernelAddress(remote)}`;
}

/** Words of 32 bits in the machine's own order, the port in hexadecimal: 127.0.0.1:80 is 0100007F:0050. */
function kernelAddress({ host, port }: AddressView): string {
  const octets = host.includes(":") ? ipv6Octets(host) : host.split(".").map(Number);
  let words = "";
  for (let at = 0; at < octets.length; at += 4)
    words += octets
      .slice(at, at + 4)
      .toReversed()
      .map((octet) => octet.toString(16).padStart(2, "0"))
      .join("");
  return `${words}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

/** RFC 4291 §2.2: groups of 16 bits, `::` stands for as many zeros as are missing. */
function ipv6Octets(host: string): number[] {
  const [head = "", tail] = (host.split("%", 1)[0] ?? "").split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => 0);
  return [...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff]);
}
