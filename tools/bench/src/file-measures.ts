/** The measurements of the file transfer server: rates beside vsftpd and sshd, and memory. */
import { fileAmounts, type FileCase } from "./file-cases.ts";
import { transfer } from "./file-load.ts";
import { FileTransfer, roomOn, startFileServer, type FileServer } from "./file-servers.ts";
import { holdIdle, judgeAmount, settledMemory, weigh } from "./memory.ts";
import { compare, type Effort } from "./rates.ts";
import type { Result } from "./result.ts";

const MiB = 1024 * 1024;

/** `part`: of the files or, where there is one only, of its octets. */
export function measureFiles(one: FileCase, effort: Effort, part = 1): Promise<Result> {
  const whole =
    one.files > 1 ? { files: Math.round(one.files * part) } : { octets: Math.round(one.octets * part) };
  return compare<FileServer>(one, effort, {
    start: (name) => startFileServer(name, one.protocol, roomOn(one.on)),
    load: async (server) => {
      const amount = { ...one, ...whole };
      const { seconds } = await transfer(server, amount);
      return (one.unit === "files/s" ? amount.files : (amount.files * amount.octets) / 1e6) / seconds;
    },
  });
}

export async function measureIdleFtp(count: number): Promise<Result> {
  await using server = await FileTransfer.start("ftp", roomOn("memory"));
  // Transfers pay for what is set up once: compiled code, room for young objects.
  const some = { protocol: "ftp", files: 2000, octets: 4096, connections: 4 } as const;
  await transfer(server, { ...some, direction: "put" });
  await transfer(server, { ...some, direction: "get" });
  const octets = await weigh(server, count, (port, sessions, meanwhile) =>
    holdIdle("ftp", port, sessions, meanwhile),
  );
  return judgeAmount(fileAmounts.idle, `${count.toLocaleString("en")} at once`, { ours: octets / 1024 });
}

/** Moves `gigabytes` and compares the memory after the first with the memory after the last. */
export async function measureFlatFtp(direction: "get" | "put", gigabytes: number): Promise<Result> {
  await using server = await FileTransfer.start("ftp", roomOn("memory"));
  const after: number[] = [];
  for (let moved = 0; moved < gigabytes; moved++) {
    await transfer(server, { protocol: "ftp", direction, files: 4, octets: 250_000_000, connections: 2 });
    after.push(await settledMemory(server));
  }
  const [first = Number.NaN] = after;
  return judgeAmount(fileAmounts[direction], `${gigabytes} GB over FTP`, {
    ours: (Math.max(...after) - first) / MiB,
  });
}
