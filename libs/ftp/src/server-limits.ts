/** What a server puts up with. Each can be switched off by Infinity. Commands a second are the session's: a core has no clock. */

export interface FtpServerLimits {
  /** Octets of a command line with its end. Room for a pathname of 4,096 octets; RFC 959 names none. */
  readonly commandLine: number;
  /** Commands of a session that were answered with 5yz, logins too. */
  readonly errors: number;
  /** Logins of a session that failed (RFC 2577 §5). */
  readonly loginTries: number;
  /** Commands of a session. */
  readonly commands: number;
}

export const defaultFtpServerLimits: FtpServerLimits = {
  commandLine: 4096 + 64,
  errors: 500,
  loginTries: 5,
  commands: 10_000_000,
};
