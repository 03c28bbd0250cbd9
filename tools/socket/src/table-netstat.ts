/** `netstat -an` of macOS, the BSDs (`127.0.0.1.80`) and Windows (`127.0.0.1:80`). */
import type { HostPort } from "@socketscope/host";
import { type Entry, waitingIn } from "./table-entry.ts";

const NAMES: Readonly<Record<string, string>> = {
  LISTENING: "LISTEN",
  SYN_SENT: "SYN-SENT",
  SYN_RCVD: "SYN-RECEIVED",
  SYN_RECEIVED: "SYN-RECEIVED",
  FIN_WAIT_1: "FIN-WAIT-1",
  FIN_WAIT_2: "FIN-WAIT-2",
  CLOSE_WAIT: "CLOSE-WAIT",
  LAST_ACK: "LAST-ACK",
  TIME_WAIT: "TIME-WAIT",
};

export function readNetstat(text: string): readonly Entry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const transport = /^(tcp|udp)/i.exec(words[0] ?? "")?.[1]?.toLowerCase();
    if (transport !== "tcp" && transport !== "udp") return [];
    // The BSDs put two queue lengths before the addresses.
    const queues = /^\d+$/.test(words[1] ?? "");
    const [local, remote, name = ""] = words.slice(queues ? 3 : 1);
    const state = transport === "udp" ? "" : (NAMES[name] ?? name);
    const ours = endOf(local ?? "");
    if (ours === undefined) return [];
    return [
      {
        transport,
        state,
        local: ours,
        remote: endOf(remote ?? ""),
        ...(queues && waitingIn(state, Number(words[1]), Number(words[2]))),
      },
    ];
  });
}

/** Undefined for `*.*`, `*:*`, `0.0.0.0:0`: nobody in particular. */
function endOf(text: string): HostPort | undefined {
  const [, host, digits] = /^(.*)[.:](\d+)$/.exec(text) ?? [];
  if (host === undefined || digits === undefined || Number(digits) === 0) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, "$1").replace(/%\w+$/, ""), port: Number(digits) };
}
