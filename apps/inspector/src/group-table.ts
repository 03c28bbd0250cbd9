/**
 * Who has joined which group on this machine: /proc/net/igmp and igmp6. The system counts the sockets that asked on each
 * interface; whose they are it does not tell.
 */
import { readFile } from "node:fs/promises";
import { ipv6Octets } from "./kernel-table.ts";
import type { JoinedView } from "./views.ts";

/** By group, as 32 or 128 bits in hexadecimal. */
export type GroupTable = ReadonlyMap<string, readonly JoinedView[]>;

/** Undefined where the system has no such tables. */
export async function readGroupTable(): Promise<GroupTable | undefined> {
  const [ipv4, ipv6] = await Promise.all(
    ["/proc/net/igmp", "/proc/net/igmp6"].map((file) => readFile(file, "latin1").catch(() => undefined)),
  );
  return ipv4 === undefined && ipv6 === undefined ? undefined : groupTableOf(ipv4 ?? "", ipv6 ?? "");
}

/** `ipv4`, `ipv6`: what the two tables hold. */
export function groupTableOf(ipv4: string, ipv6: string): GroupTable {
  const table = new Map<string, JoinedView[]>();
  const join = (group: string, device: string, users: string): void => {
    table.set(group, [...(table.get(group) ?? []), { device, users: Number(users) }]);
  };
  let device = "";
  for (const line of ipv4.split("\n")) {
    // "1\tlo        :     1      V3" names the interface, "\t\t\t\t010000E0     1 0:00000000\t\t0" a group on it.
    device = /^\d+\s+(\S+)\s*:/.exec(line)?.[1] ?? device;
    const [, octets, users] = /^\s+([\dA-F]{8})\s+(\d+)\s/.exec(line) ?? [];
    // In the machine's own order: 224.0.0.1 is 010000E0.
    if (octets !== undefined && users !== undefined)
      join((octets.match(/../g) ?? []).toReversed().join("").toLowerCase(), device, users);
  }
  for (const line of ipv6.split("\n")) {
    const [, name, group, users] = /^\d+\s+(\S+)\s+([\da-f]{32})\s+(\d+)\s/.exec(line) ?? [];
    if (name !== undefined && group !== undefined && users !== undefined) join(group, name, users);
  }
  return table;
}

/** Of a group's address; undefined: the system does not tell. */
export function joinedOf(table: GroupTable | undefined, host: string): readonly JoinedView[] | undefined {
  const octets = host.includes(":") ? ipv6Octets(host) : host.split(".").map(Number);
  return table && (table.get(octets.map((octet) => octet.toString(16).padStart(2, "0")).join("")) ?? []);
}
