/** How much a connection may queue, and how long it may take. */

export interface StreamLimits {
  /** Octets queued above which `write` returns false; never below {@link LOWEST_HIGH_WATER_MARK}. Default 1 MiB. */
  readonly highWaterMark: number;
  /** Octets queued above which another `write` cuts the connection (reason "limit"): its writer does not heed the mark. Default 16 MiB. */
  readonly maxQueuedOctets: number;
  /** Milliseconds in which a peer must take something of what is queued. Default 30 s. */
  readonly writeStallMs: number;
  /** Milliseconds after our FIN in which the peer may still send into the void. Default 2 s. */
  readonly lingerMs: number;
  /** Octets the peer may send into the void after our FIN. Default 256 MiB. */
  readonly lingerOctets: number;
  /** Milliseconds for a TLS handshake. Default 10 s. */
  readonly handshakeMs: number;
  /** Milliseconds in which the peer may end a TLS that both leave, before we do. Default 200 ms. */
  readonly leaveTlsMs: number;
}

export const defaultStreamLimits: StreamLimits = {
  highWaterMark: 1024 * 1024,
  maxQueuedOctets: 16 * 1024 * 1024,
  writeStallMs: 30_000,
  lingerMs: 2_000,
  lingerOctets: 256 * 1024 * 1024,
  handshakeMs: 10_000,
  leaveTlsMs: 200,
};

/** Octets: Node says 'drain' only for queues above its own mark (16 KiB, 64 KiB from Node 22 on). */
export const LOWEST_HIGH_WATER_MARK = 64 * 1024;
