/** Names of sockets, and what a tap is told of them. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The 4-tuple, and what a 4-tuple alone cannot say: which use of it, and whose child it is (FTP data → its control). */
export interface Flow {
  readonly id: number;
  readonly transport: "tcp" | "udp";
  readonly local: Address;
  readonly remote: Address;
  readonly parent?: number;
}

export type CloseReason =
  | "peer-ended"
  | "we-ended"
  | "timeout"
  | "limit"
  | "protocol"
  | "firewall"
  | "drained"
  | "parent"
  | "io"
  | "internal";

/** One-way: it sees, and can neither delay nor change nor break what it sees. */
export interface Tap {
  opened(flow: Flow): void;
  refused(remote: Address, local: Address, rule: string): void;
  /** What the bytes from here on are: at the start, and again when a protocol gives way to another (101 → "websocket"). */
  speaks(flow: Flow, protocol: string): void;
  /** One call per chunk, per datagram on UDP. The listener copies if it keeps. */
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void;
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void;
  closed(flow: Flow, reason: CloseReason): void;
}
