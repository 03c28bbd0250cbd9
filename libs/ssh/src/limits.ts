/** What one SSH connection may take, and for how long. */

export interface SshLimits {
  /** Milliseconds from the first octet to the login. Default 60 s. */
  readonly loginMs: number;
  /** Milliseconds a connection may rest without a channel, once logged in. Default 300 s. */
  readonly idleMs: number;
  /** Milliseconds of silence after which the client is asked whether it is there; after the third time it is cut. Default 30 s. */
  readonly keepaliveMs: number;
  /** Passwords and signatures that may be wrong. Default 6. */
  readonly loginTries: number;
  /** Keys that may be offered and not be known: an agent has many. Default 20. */
  readonly keyOffers: number;
  /** Milliseconds before the first failed login is answered; each further one takes twice as long, up to 30 s. Default 1 s. */
  readonly loginDelayMs: number;
  /** Channels open at once in one connection. Default 10 (OpenSSH's MaxSessions). */
  readonly channels: number;
}

export const defaultSshLimits: SshLimits = {
  loginMs: 60_000,
  idleMs: 300_000,
  keepaliveMs: 30_000,
  loginTries: 6,
  keyOffers: 20,
  loginDelayMs: 1000,
  channels: 10,
};

/** Milliseconds. */
export const LONGEST_DELAY = 30_000;
