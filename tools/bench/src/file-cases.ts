/** What is measured of the file transfer server, against whom, and what we promise (issue 5). */
import type { AmountCase, Comparison } from "./cases.ts";

export interface FileCase extends Comparison {
  readonly protocol: "ftp" | "sftp";
  readonly direction: "get" | "put";
  readonly files: number;
  /** Of each file. */
  readonly octets: number;
  /** Sessions at once; they share the files. */
  readonly connections: number;
  /** In memory a sync costs nothing, and what is compared is the servers; on the disk ours waits for it, vsftpd never does. */
  readonly on: "memory" | "disk";
}

const GiB = 1024 ** 3;

const vsftpd = {
  protocol: "ftp",
  ours: "file-transfer",
  peers: ["vsftpd"],
  beside: [],
  on: "memory",
} as const;
const large = { ...vsftpd, unit: "MB/s", files: 1, octets: GiB, connections: 1 } as const;
const small = { ...vsftpd, unit: "files/s", files: 5000, octets: 4096, connections: 4 } as const;
const ssh = { ...large, protocol: "sftp", peers: ["sshd"] } as const;

export const fileCases: readonly FileCase[] = [
  { ...large, id: "ftp-get", title: "RETR of 1 GiB", direction: "get", floor: 0.6, goal: 0.8 },
  { ...large, id: "ftp-put", title: "STOR of 1 GiB", direction: "put", floor: 0.65, goal: 0.9 },
  {
    ...small,
    id: "ftp-get-small",
    title: "RETR of 5,000 files of 4 KiB, 4 sessions",
    direction: "get",
    floor: 0.8,
    // What Pure-FTPd reached against vsftpd on another day, here and below.
    goal: 1.66,
  },
  {
    ...small,
    id: "ftp-put-small",
    title: "STOR of 5,000 files of 4 KiB, 4 sessions",
    direction: "put",
    floor: 0.8,
    goal: 1.21,
  },
  { ...ssh, id: "sftp-get", title: "SFTP get of 1 GiB", direction: "get", floor: 1.2, goal: 1.4 },
  { ...ssh, id: "sftp-put", title: "SFTP put of 1 GiB", direction: "put", floor: 0.7, goal: 0.9 },
];

export const fileAmounts = {
  idle: { id: "ftp-idle", title: "Memory of an idle FTP session", unit: "KiB", ceiling: 60 },
  get: { id: "ftp-flat-get", title: "Growth of memory while files leave", unit: "MiB", ceiling: 32 },
  put: { id: "ftp-flat-put", title: "Growth of memory while files come", unit: "MiB", ceiling: 32 },
} as const satisfies Record<string, AmountCase>;
