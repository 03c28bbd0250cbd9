/** Ports for passive data connections where nobody has said which. */
import { readFileSync } from "node:fs";
import type { PortRange } from "./data-channel.ts";

/** RFC 6335 §6: the dynamic ports, which belong to no service. */
const DYNAMIC: PortRange = { from: 49_152, to: 65_535 };
/** Of fewer one could be guessed. */
const FEWEST = 1024;

/**
 * `outgoing`: the ports that the kernel takes for connections of its own. Nobody can listen on one of which such a
 * connection is left, and behind some thousand transfers whose clients are on this machine that is most of them: three
 * tries for a port that is free. Of the dynamic ports this is what lies outside, where it is enough.
 */
export function portsBeside(outgoing: PortRange | undefined): PortRange {
  if (outgoing === undefined) return DYNAMIC;
  const below = { from: DYNAMIC.from, to: Math.min(DYNAMIC.to, outgoing.from - 1) };
  const above = { from: Math.max(DYNAMIC.from, outgoing.to + 1), to: DYNAMIC.to };
  const larger = countOf(above) >= countOf(below) ? above : below;
  return countOf(larger) >= FEWEST ? larger : DYNAMIC;
}

export function countOf({ from, to }: PortRange): number {
  return to - from + 1;
}

/** As Linux says it: "32768\t60999"; it holds for IPv6 as well. */
export function readOutgoing(text: string): PortRange | undefined {
  const [, from, to] = /^(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
  return from === undefined || to === undefined ? undefined : { from: Number(from), to: Number(to) };
}

let free: PortRange | undefined;

/** Asked for once: who changes it changes it before the servers are started. */
export function freePorts(): PortRange {
  free ??= portsBeside(outgoingHere());
  return free;
}

function outgoingHere(): PortRange | undefined {
  try {
    return readOutgoing(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "latin1"));
  } catch {
    // Only Linux says it there.
    return undefined;
  }
}
