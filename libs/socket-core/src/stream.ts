/** Octets only, pushed: what the driver stands on. Applications hold a Link instead. */
import type { CloseReason, Flow } from "./flow.ts";

export type TlsOptions =
  | { readonly key: Uint8Array | string; readonly cert: Uint8Array | string }
  | { readonly servername: string; readonly ca?: string };

export interface Receiver {
  data(bytes: Uint8Array): void;
  end(): void;
  drain(): void;
  /** The deadline passed. */
  late(): void;
  closed(reason: CloseReason): void;
}

export interface Stream {
  readonly flow: Flow;
  readonly secure: boolean;
  /** Octets the kernel has not taken. */
  readonly queued: number;
  /** One receiver; the next protocol replaces it. */
  attach(receiver: Receiver): void;
  /** Advisory: Node reads on for up to 64 KiB. */
  pause(): void;
  resume(): void;
  /** False: over the high-water mark. */
  write(pieces: Uint8Array | readonly Uint8Array[]): boolean;
  /** Milliseconds of the monotonic clock; one sweep serves all streams, there is no timer per event. */
  deadline: number;
  /** Goes on under TLS. What Node has buffered here counts as ciphertext. */
  secureWith(tls: TlsOptions): Promise<void>;
  /** FIN, then read and forget within limits: our last words survive. */
  linger(reason: CloseReason): void;
  destroy(reason: CloseReason): void;
  /** The child dies with us, reason "parent" (FTP data → its control). */
  adopt(child: Stream): void;
}
