/**
 * Multicast on a UDP socket: which groups are heard (RFC 3376 §2, RFC 3810 §3), and where our own datagrams to
 * groups go. Unless told otherwise both are the loopback interface and a TTL of 1: nothing leaves this machine.
 * Linux has no IPv6 multicast route on loopback, so there an IPv6 group needs an interface to be heard at all.
 */
import type { Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { asSocketError, SocketError } from "./errors.ts";

export interface GroupOptions {
  /** Only datagrams of this sender (source-specific multicast, RFC 4607). Default anybody. */
  readonly source?: string;
  /** An interface by its address or its name. Default the loopback interface. */
  readonly interface?: string;
}

export interface GroupSending {
  /** An interface by its address or its name. Default the loopback interface. */
  readonly interface?: string;
  /** Routers a datagram may pass, plus one: 0 stays in this machine, 1 on this network. 0 to 255. Default 1. */
  readonly ttl?: number;
  /** Whether this machine hears what it sends itself. Default true. */
  readonly loopback?: boolean;
}

export type Family = "udp4" | "udp6";

/** Throws SocketError "ADDRESS_NOT_AVAILABLE" (no such interface, no group) or what the system says. */
export function joinGroup(socket: Socket, family: Family, group: string, options: GroupOptions = {}): void {
  const { source } = options;
  const at = interfaceFor(family, options.interface);
  attempt(`joining ${group} on ${at}`, () => {
    if (source === undefined) socket.addMembership(group, at);
    else socket.addSourceSpecificMembership(source, group, at);
  });
}

/** Undoes a join with the same options. Throws as {@link joinGroup} does, also where nothing was joined. */
export function leaveGroup(socket: Socket, family: Family, group: string, options: GroupOptions = {}): void {
  const { source } = options;
  const at = interfaceFor(family, options.interface);
  attempt(`leaving ${group} on ${at}`, () => {
    if (source === undefined) socket.dropMembership(group, at);
    else socket.dropSourceSpecificMembership(source, group, at);
  });
}

/** For all that this socket sends to groups from now on. */
export function sendToGroups(socket: Socket, family: Family, options: GroupSending = {}): void {
  const at = interfaceFor(family, options.interface);
  attempt(`sending to groups on ${at}`, () => {
    socket.setMulticastInterface(at);
    socket.setMulticastTTL(options.ttl ?? 1);
    socket.setMulticastLoopback(options.loopback ?? true);
  });
}

function attempt(what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw asSocketError(error, what);
  }
}

/** What the system wants to hear: IPv4 names an interface by its address, IPv6 by its name (RFC 4007 §11: `::%lo`). */
function interfaceFor(family: Family, wanted: string | undefined): string {
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { address, family: version, internal } of addresses) {
      if (version !== (family === "udp4" ? "IPv4" : "IPv6")) continue;
      if (wanted === undefined ? !internal : wanted !== name && wanted !== address) continue;
      return family === "udp4" ? address : `::%${name}`;
    }
  }
  const which = wanted === undefined ? "loopback interface" : `interface ${wanted}`;
  throw new SocketError(
    "ADDRESS_NOT_AVAILABLE",
    `multicast: this machine has no ${which} for this IP version`,
  );
}
