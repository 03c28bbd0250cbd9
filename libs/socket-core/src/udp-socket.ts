/**
 * One UDP socket of the system (RFC 768). Node's socket lives in here and nowhere else: datagrams in, datagrams out,
 * groups, and an end that waits for what was sent.
 */
import { createSocket, type Socket } from "node:dgram";
import { LocalError } from "@socketscope/wire";
import { parseAddress } from "./cidr.ts";
import { asSocketError } from "./errors.ts";
import type { Address } from "./flow.ts";
import {
  joinGroup,
  leaveGroup,
  sendToGroups,
  type Family,
  type GroupOptions,
  type GroupSending,
} from "./udp-groups.ts";

export interface UdpSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly reuseAddress: boolean;
  /** Octets. */
  readonly maxQueuedOctets: number;
  /** Octets; undefined: the system's own. */
  readonly receiveBuffer: number | undefined;
}

/** RFC 768, RFC 791 §3.1: 65,535 octets of packet less 20 and 8 of headers; RFC 8200 §3 does not count its own header. */
const LONGEST = { udp4: 65_507, udp6: 65_527 } as const;

export class UdpSocket {
  readonly #options: UdpSocketOptions;
  readonly #family: Family;
  readonly #socket: Socket;
  readonly #onUnsent: () => void;
  #unsent = 0;
  #allSent: (() => void) | undefined;

  /** `onUnsent`: a datagram that `send` took was not taken by the system. Throws LocalError for a host that is no literal. */
  constructor(options: UdpSocketOptions, onUnsent: () => void) {
    const { host, reuseAddress, receiveBuffer } = options;
    if (parseAddress(host) === undefined) {
      throw new LocalError("UDP_HOST", `binding UDP ${host}: not a literal address`);
    }
    this.#options = options;
    this.#onUnsent = onUnsent;
    this.#family = host.includes(":") ? "udp6" : "udp4";
    const version = this.#family === "udp4" ? 4 : 6;
    this.#socket = createSocket({
      type: this.#family,
      reuseAddr: reuseAddress,
      // 127.0.0.1 and ::1 can both be bound to one port number, as with TCP
      ...(version === 6 && { ipv6Only: true }),
      ...(receiveBuffer !== undefined && { recvBufferSize: receiveBuffer }),
      // addresses are literal here; Node would ask the resolver, and a turn later, even for those
      lookup: (name, _, answer) => answer(null, name, version),
    });
  }

  /** The address that was bound. Rejects with SocketError when it cannot be had; then nothing is left open. */
  bind(onDatagram: (datagram: Uint8Array, from: Address) => void): Promise<Address> {
    const { host, port } = this.#options;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        socket.close();
        reject(asSocketError(error, `binding UDP ${host} port ${port}`));
      };
      socket.once("error", failed);
      socket.bind({ address: host, port }, () => {
        // errors of single sends come to their callbacks; what is left here concerns no peer of ours
        socket.off("error", failed).on("error", () => {});
        socket.on("message", (datagram, from) =>
          onDatagram(datagram, { host: from.address, port: from.port }),
        );
        this.#stayInside();
        const bound = socket.address();
        resolve({ host: bound.address, port: bound.port });
      });
    });
  }

  /** Multicast goes nowhere until somebody says where: without a loopback interface for it, TTL 0 keeps it inside. */
  #stayInside(): void {
    try {
      this.sendToGroups();
    } catch {
      this.#socket.setMulticastTTL(0);
    }
  }

  /** Throws LocalError for what is no literal address of this socket's IP version: names are never looked up. */
  checkAddress({ host }: Address): void {
    if (parseAddress(host) === undefined || host.includes(":") !== (this.#family === "udp6")) {
      throw new LocalError("UDP_HOST", `"${host}" is no literal address of this socket's IP version`);
    }
  }

  /** Throws LocalError for more than a datagram of this IP version holds. */
  checkLength(datagram: Uint8Array): void {
    const longest = LONGEST[this.#family];
    if (datagram.length <= longest) return;
    throw new LocalError("UDP_TOO_LONG", `${datagram.length} octets; a datagram holds ${longest}`);
  }

  hasRoomFor(datagram: Uint8Array): boolean {
    return this.#socket.getSendQueueSize() + datagram.length <= this.#options.maxQueuedOctets;
  }

  send(datagram: Uint8Array, to: Address): void {
    this.#unsent += 1;
    this.#socket.send(datagram, to.port, to.host, this.#onSent);
  }

  /** E.g. EACCES (broadcast is off), ENETUNREACH, EMSGSIZE: UDP promises nothing, so it is one more lost. */
  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.#onUnsent();
    this.#unsent -= 1;
    if (this.#unsent === 0) this.#allSent?.();
  };

  join(group: string, options?: GroupOptions): void {
    joinGroup(this.#socket, this.#family, group, options);
  }
  leave(group: string, options?: GroupOptions): void {
    leaveGroup(this.#socket, this.#family, group, options);
  }
  sendToGroups(options?: GroupSending): void {
    sendToGroups(this.#socket, this.#family, options);
  }
  broadcast(on: boolean): void {
    this.#socket.setBroadcast(on);
  }

  /** Once: resolves when all that was sent has left and the port is free. */
  async close(): Promise<void> {
    if (this.#unsent > 0) {
      await new Promise<void>((resolve) => {
        this.#allSent = resolve;
      });
    }
    await new Promise<void>((resolve) => {
      this.#socket.close(() => resolve());
    });
  }
}
