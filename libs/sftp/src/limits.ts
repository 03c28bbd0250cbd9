/** What one channel may ask of a server, or a server of us. */

export interface SftpLimits {
  /** Octets of a packet without its length. draft §3 asks for 34,000 at least; OpenSSH takes 256 KiB. */
  readonly packet: number;
  /** Octets of content that one READ gives and one WRITE may bring; less than `packet` by what stands around them. */
  readonly content: number;
  /** Octets of a path. POSIX PATH_MAX. */
  readonly path: number;
  /** Octets of a handle. draft §7: 256. */
  readonly handle: number;
  /** Requests without an answer; the next one waits. */
  readonly inFlight: number;
  /** Octets of content that these have brought or asked for; the next request waits. */
  readonly inFlightOctets: number;
}

export const defaultSftpLimits: SftpLimits = {
  packet: 262_144,
  content: 261_120,
  path: 4096,
  handle: 256,
  inFlight: 256,
  inFlightOctets: 4 * 1024 * 1024,
};
