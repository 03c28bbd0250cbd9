/** "Port in use" as it helps: which port, who has it as far as the system tells, and the option that changes it. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { parseAddress } from "@socketscope/socket-core";
import { codeOf, ListenError } from "./errors.ts";

export interface WantedPort {
  /** The address we wanted, without brackets. */
  readonly host: string;
  readonly port: number;
  /** How another is chosen: "--port N". */
  readonly option: string;
}

/** Turns what `listen` threw into a {@link ListenError}; an error it has no better words for comes back as it is. */
export function explainListenError(error: unknown, wanted: WantedPort): unknown {
  const { host, port, option } = wanted;
  // socket-core's SocketError keeps the system's error as its cause
  const code = error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : codeOf(error);
  if (code === "EADDRINUSE") {
    const holder = holderOfPort(host, port);
    const who = holder === undefined ? "" : ` by "${holder.name}" (pid ${holder.pid})`;
    const text = `port ${port} on ${host} is in use${who}: choose another with ${option}`;
    return new ListenError("LISTEN_IN_USE", text, { cause: error });
  }
  if (code === "EACCES") {
    const text = `port ${port} on ${host} needs more rights than this user has: choose one from 1024 on with ${option}`;
    return new ListenError("LISTEN_NOT_ALLOWED", text, { cause: error });
  }
  if (code === "EADDRNOTAVAIL") {
    const text = `this machine has no address ${host}: choose another with --host A`;
    return new ListenError("LISTEN_NO_SUCH_ADDRESS", text, { cause: error });
  }
  return error;
}

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** Processes looked through before giving up: on a machine with more, the answer would come late. */
const MAX_PROCESSES = 4096;

/** The process that listens there, on Linux and as far as /proc shows it to this user; else undefined. */
export function holderOfPort(host: string, port: number): PortHolder | undefined {
  const inodes = listeningInodes(host, port);
  if (inodes.size === 0) return undefined;
  for (const pid of listed("/proc")
    .filter((name) => /^\d+$/.test(name))
    .slice(0, MAX_PROCESSES)) {
    for (const descriptor of listed(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`) ?? "")?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      return { pid: Number(pid), name: contentOf(`/proc/${pid}/comm`)?.trim() ?? "?" };
    }
  }
  return undefined;
}

/** TCP_LISTEN of the kernel's tcp_states.h, as /proc/net/tcp writes it. */
const LISTEN = "0A";

/** Inodes of the sockets that listen on the port: at this very address, or at all of them. */
function listeningInodes(host: string, port: number): Set<string> {
  const wanted = parseAddress(host === "localhost" ? "127.0.0.1" : host);
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const row of (contentOf(table) ?? "").split("\n").slice(1)) {
      // proc(5): sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
      const [, local = "", , state, , , , , , inode] = row.trim().split(/\s+/);
      const [address = "", hexPort = ""] = local.split(":");
      if (state !== LISTEN || inode === undefined || Number.parseInt(hexPort, 16) !== port) continue;
      const octets = fromKernelHex(address);
      const everywhere =
        octets.every((octet) => octet === 0) || wanted?.every((octet) => octet === 0) === true;
      if (everywhere || (wanted !== undefined && Buffer.compare(octets, wanted) === 0)) inodes.add(inode);
    }
  }
  return inodes;
}

/** Each 32-bit word is printed in the machine's byte order: `0100007F` is 127.0.0.1 where that is little-endian. */
function fromKernelHex(hex: string): Uint8Array {
  const octets = Buffer.from(hex, "hex");
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) octets.swap32();
  const mapped = octets.length === 16 && octets.subarray(0, 12).equals(MAPPED_PREFIX);
  return mapped ? octets.subarray(12) : octets;
}

/** RFC 4291 §2.5.5.2: an IPv4 address in an IPv6 socket. */
const MAPPED_PREFIX = Buffer.from("00000000000000000000ffff", "hex");

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
