export interface Pop3Limits {
  /** Octets of a command with its end. RFC 2449 §4: 255; a password may need more. */
  readonly commandLine: number;
  /** Octets of a line of an AUTH exchange with its end. RFC 5034 §4 sets none: as many as RFC 4954 §4 finds enough. */
  readonly authLine: number;
  /** Commands that were answered with -ERR, of one session. */
  readonly errors: number;
}

export const defaultPop3Limits: Pop3Limits = { commandLine: 1024, authLine: 12_288, errors: 50 };
