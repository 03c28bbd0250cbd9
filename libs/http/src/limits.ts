/** What one peer may make us hold or do. RFC 9112 §2.3, §3: a server must bound what it parses. */
export interface HttpLimits {
  /** Octets of the request or status line; above it 414. Default 16 KiB (RFC 9112 §3 asks for at least 8,000). */
  readonly startLine: number;
  /** Octets of a head or a trailer section; above it 431 (RFC 6585 §5). Default 64 KiB. */
  readonly head: number;
  /** Field lines in a head or a trailer section; above it 431. Default 200. */
  readonly fieldLines: number;
  /** Octets of a chunk's size line with its extensions (RFC 9112 §7.1.1). Default 1 KiB. */
  readonly chunkLine: number;
  /** Empty lines tolerated before a request (RFC 9112 §2.2). Default 4. */
  readonly emptyLines: number;
  /** Octets of a content nobody read that are discarded to keep the connection; above it, it is closed. Default 256 KiB. */
  readonly discard: number;
  /** Interim responses before the final one (RFC 9110 §15.2), client side. Default 32. */
  readonly interim: number;
  /** Requests sent ahead and not answered (RFC 9112 §9.3.2), client side: one more is a LocalError. Default 128. */
  readonly outstanding: number;
}

export const defaultHttpLimits: HttpLimits = {
  startLine: 16 * 1024,
  head: 64 * 1024,
  fieldLines: 200,
  chunkLine: 1024,
  emptyLines: 4,
  discard: 256 * 1024,
  interim: 32,
  outstanding: 128,
};
