/** Octets only, pushed: what the driver stands on. Applications hold a Link instead. */
import type { CloseReason, Flow } from "./flow.ts";
import type { TlsOptions } from "./tls.ts";

export interface Receiver {
  data(bytes: Uint8Array): void;
  /**
   * For who is done with octets at once: they lie in memory that the next read of any socket writes over. False: not
   * now, they are for `data`, which gets octets of its own. Where it is there, streams in clear ask it first.
   */
  borrow?(octets: Uint8Array): boolean;
  /** The peer's FIN: nothing more comes, but it may still read. */
  ended(): void;
  /** The queue of octets to send is below the high-water mark again. */
  drain(): void;
  /** The deadline passed. */
  late(): void;
  /** The listener drains: finish what runs, begin nothing new. */
  finish(): void;
  /** Exactly once. */
  closed(reason: CloseReason): void;
}

/** As the tap has them: "TLSv1.3", "TLS_AES_256_GCM_SHA384". */
export interface Tls {
  readonly protocol: string;
  readonly cipher: string;
  /** The keys are those of an earlier connection: whoever is there had that one (RFC 8446 §2.2, RFC 5077). */
  readonly resumed: boolean;
}

export interface SecuringHow {
  /** Look whether the peer ends TLS or only TCP: for what ends with its connection, as FTP's uploads. Costs a detour. Default false. */
  readonly watchEnd?: boolean;
  /** The connection may outlive TLS, see `leaveTls`. Costs a detour. Default false. */
  readonly mayLeave?: boolean;
  /** With `watchEnd`: called once, when the peer's first octet of the handshake is here. */
  readonly begun?: () => void;
}

export interface Stream {
  readonly flow: Flow;
  readonly secure: boolean;
  /** Once its handshake is done. */
  readonly tls: Tls | undefined;
  /** What another connection to the same server can go on with; TLS 1.3 has it some time behind the handshake. */
  readonly tlsSession: Uint8Array | undefined;
  /** The protocol agreed by ALPN (RFC 7301), undefined when none was. */
  readonly alpn: string | undefined;
  /** Octets the kernel has not taken. */
  readonly queued: number;
  /** Octets queued above which `write` returns false. */
  readonly highWaterMark: number;
  /** Octets that Node has read and nobody has been given yet. */
  readonly unread: number;
  /** One receiver; the next protocol replaces it. */
  attach(receiver: Receiver): void;
  /** Advisory: Node reads on for up to 64 KiB. */
  pause(): void;
  resume(): void;
  /** False: over the high-water mark. After the end: true, and the octets go nowhere. */
  write(pieces: Uint8Array | readonly Uint8Array[]): boolean;
  /** Milliseconds of the monotonic clock, Infinity for none; one sweep serves all streams, there is no timer per event. */
  deadline: number;
  /** Resolves when the kernel has taken all that was written, or the connection has gone. */
  flushed(): Promise<void>;
  /** What the octets from here on are, for the tap. */
  speaks(protocol: string): void;
  /**
   * Goes on under TLS; what comes is for the receiver that is attached next. What Node has buffered here counts as
   * ciphertext. Rejects with SocketError "TLS".
   */
  secureWith(tls: TlsOptions, how?: SecuringHow): Promise<void>;
  /**
   * Under TLS begun with `mayLeave`: says close_notify and goes on in clear, with the same receiver. Resolves when ours
   * is on its way, or never where the connection ends first. What the peer says until its own close_notify is read
   * under TLS, what it says behind it is not; `protocol`: what that is, for the tap. Rejects with SocketError "TLS" or "CLOSED".
   */
  leaveTls(protocol: string): Promise<void>;
  /** With `watchEnd`, once the peer has ended: false where TLS was cut without its close_notify (RFC 8446 §6.1). */
  readonly endedCleanly: boolean | undefined;
  /** FIN once what is queued has left; what the peer still says is received as before (a tunnel passes on who ended). */
  halfClose(): void;
  /** FIN, then read and forget within limits: our last words survive. */
  linger(reason: CloseReason): void;
  /** The listener drains: tells the receiver, or cuts where there is none. */
  finish(): void;
  destroy(reason: CloseReason): void;
  /** RST instead of FIN: the peer learns at once that this is no end but a break. What is queued is dropped. */
  reset(reason: CloseReason): void;
  /** The child dies with us, reason "parent" (FTP data → its control); one that has gone is forgotten. */
  adopt(child: Stream): void;
}

/** Who made a stream, and hears once of its end. */
export interface StreamOwner {
  streamClosed(stream: Stream, reason: CloseReason): void;
}
