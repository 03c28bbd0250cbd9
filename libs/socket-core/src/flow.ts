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

/**
 * What an intercept did to a chunk. The tap stands between the intercept and the wire: `bytes` says what came from the
 * peer and what left for it. This says the rest, what our side was given of "in" and had said of "out": derived, for
 * no wire has carried it.
 */
export interface Intercepted {
  /** Unique in this process, the same when it is held and when it goes on. */
  readonly chunk: number;
  readonly direction: "in" | "out";
  /** The faults that meant it; none for one that was discarded behind another. */
  readonly faults: readonly string[];
  /** "held": more is said later. "end", "reset": what `after` holds went on, and then that. */
  readonly outcome: "held" | "passed" | "answered" | "discarded" | "end" | "reset";
  readonly before: Uint8Array;
  /** What went on (answered: back to the peer), or will unless it is changed. */
  readonly after: Uint8Array;
}

/** One-way: it sees, and can neither delay nor change nor break what it sees. */
export interface Tap {
  opened(flow: Flow): void;
  refused(remote: Address, local: Address, rule: string): void;
  /** What the bytes from here on are: at the start, and again when a protocol gives way to another (101 → "websocket"). */
  speaks(flow: Flow, protocol: string): void;
  /** One call per chunk, per datagram on UDP. The listener copies if it keeps. */
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void;
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void;
  /** TLS ended and the flow goes on: from here on everybody on the way reads what is said, and can change it. */
  cleared?(flow: Flow): void;
  closed(flow: Flow, reason: CloseReason): void;
  /** Only while faults are set; who does not ask is not told. */
  intercepted?(flow: Flow, event: Intercepted): void;
  /** A line of the key log (RFC 9850 §2), before the records that it opens: only of the wire layer, see TapPoint.attachWire. */
  keys?(flow: Flow, line: string): void;
}
