/** `table`: the sockets of this machine, as its kernel tells of them. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { HostPort } from "@socketscope/host";
import type { Entry } from "./table-entry.ts";
import { readNetstat } from "./table-netstat.ts";
import { readProcNet } from "./table-proc.ts";

/** Octets of a table at most. */
const MAX_TABLE = 64 * 1024 * 1024;

/** Linux has files for it, everywhere else `netstat -an` is there. */
export async function readTable(): Promise<readonly Entry[]> {
  if (process.platform !== "linux") {
    const { stdout } = await promisify(execFile)("netstat", ["-an"], {
      maxBuffer: MAX_TABLE,
      timeout: 20_000,
    });
    return readNetstat(stdout);
  }
  const tables = await Promise.all(
    (["tcp", "tcp6", "udp", "udp6"] as const).map(async (name) =>
      // A kernel without IPv6 has no file for it.
      readProcNet(name, await readFile(`/proc/net/${name}`, "latin1").catch(() => "")),
    ),
  );
  return tables.flat();
}

/** One line each, in columns; with `port` only those that have it on either side. */
export function formatTable(entries: readonly Entry[], port: number | undefined): string {
  const wanted = entries.filter(
    ({ local, remote }) => port === undefined || local.port === port || remote?.port === port,
  );
  const rows = wanted.map(({ transport, state, local, remote, waiting }) => [
    transport,
    state,
    end(local),
    remote === undefined ? "*" : end(remote),
    waiting === undefined ? "" : `${waiting.unread} unread, ${waiting.unsent} unsent`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function end({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
