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
  "07": "CLOSE",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0A": "LISTEN",
  "0B": "CLOSING",
};

/** A line of the table. */
export interface KernelSocket {
  readonly state: string;
  /** Of the socket, as the descriptors of its process name it; "0" where nobody has it open. */
  readonly inode: string;
}

/** By "local remote", every TCP socket of this machine; undefined where the system has no such table. */
export async function readKernelTable(): Promise<ReadonlyMap<string, KernelSocket> | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "latin1").catch(() => "")),
  );
  if (tables.every((table) => table === "")) return undefined;
  const sockets = new Map<string, KernelSocket>();
  for (const table of tables) {
    for (const line of table.split("\n")) {
      // "  12: 0100007F:09DD 00000000:0000 0A …": after load thousands of lines are TIME_WAIT, which no program owns.
      const [, local = "", remote = "", code = "", rest = ""] = LINE.exec(line) ?? [];
      const state = STATES[code];
      if (state === undefined) continue;
      const [, , , , , inode = "0"] = rest.trim().split(/\s+/);
      sockets.set(`${local} ${remote}`, { state, inode });
    }
  }
  return sockets;
}

const LINE = /^ *\d+: ([\dA-F]+:[\dA-F]{4}) ([\dA-F]+:[\dA-F]{4}) (?!06)([\dA-F]{2}) (.*)$/;

/** A socket's key in that map. */
export function kernelKey(local: AddressView, remote: AddressView): string {
  return `${kernelAddress(local)} ${kernelAddress(remote)}`;
}

/** A listener's: it has no other end. Undefined: it is none of TCP, or its name is no address. */
export function listenerKey(url: string): string | undefined {
  const [, ipv6, ipv4, port] = /^(?!udp:|rtp:)\w+:\/\/(?:\[([\da-f:]+)\]|([\d.]+)):(\d+)/i.exec(url) ?? [];
  const host = ipv6 ?? ipv4;
  if (host === undefined) return undefined;
  return kernelKey({ host, port: Number(port) }, { host: ipv6 === undefined ? "0.0.0.0" : "::", port: 0 });
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
export function ipv6Octets(host: string): number[] {
  const [head = "", tail] = (host.split("%", 1)[0] ?? "").split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => 0);
  return [...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff]);
}
