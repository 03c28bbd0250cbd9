/** Linux's /proc/net/{tcp,tcp6,udp,udp6}: addresses in hexadecimal, 32-bit words in the machine's own order. */
import { endianness } from "node:os";
import type { HostPort } from "@socketscope/host";
import { type Entry, waitingIn } from "./table-entry.ts";

/** include/net/tcp_states.h */
const STATES = [
  "",
  "ESTABLISHED",
  "SYN-SENT",
  "SYN-RECEIVED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "TIME-WAIT",
  "CLOSED",
].concat(["CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED"]);

export function readProcNet(name: "tcp" | "tcp6" | "udp" | "udp6", text: string): readonly Entry[] {
  const transport = name.startsWith("tcp") ? "tcp" : "udp";
  return text.split("\n").flatMap((line) => {
    const [, local, remote, code, unsent = "0", unread = "0"] =
      /^\s*\d+:\s+([\dA-F]+:[\dA-F]{4}) ([\dA-F]+:[\dA-F]{4}) ([\dA-F]{2})(?: ([\dA-F]+):([\dA-F]+))?/.exec(
        line,
      ) ?? [];
    if (local === undefined || remote === undefined || code === undefined) return [];
    const peer = endOf(remote);
    const state = transport === "udp" ? "" : (STATES[Number.parseInt(code, 16)] ?? code);
    return [
      {
        transport,
        state,
        local: endOf(local),
        remote: peer.port === 0 ? undefined : peer,
        ...waitingIn(state, Number.parseInt(unread, 16), Number.parseInt(unsent, 16)),
      },
    ];
  });
}

function endOf(text: string): HostPort {
  const [words = "", port = "0"] = text.split(":");
  const octets = Buffer.from(words, "hex");
  if (endianness() === "LE") octets.swap32();
  return { host: octets.length === 4 ? octets.join(".") : ipv6(octets), port: Number.parseInt(port, 16) };
}

/** RFC 5952 §4, and IPv4-mapped addresses as what they are. */
function ipv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(2 * index).toString(16));
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") return octets.subarray(12).join(".");
  const text = groups.join(":");
  const zeros = (text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? []).toSorted((a, b) => b.length - a.length)[0];
  return zeros === undefined ? text : text.replace(zeros, "::").replace(/:{3,}/, "::");
}
