/** What a server puts up with. Each can be switched off by Infinity. */

export interface SmtpServerLimits {
  /** Octets of a command line with its end, RFC 5321 §4.5.3.1.4. MAIL and RCPT may be longer by their parameters. */
  readonly commandLine: number;
  /** Octets by which the extensions lengthen MAIL and RCPT (RFC 1870 §3, 6152 §3, 6531 §3.4, 3461 §5.4, 4954 §5). */
  readonly parameters: number;
  /** Octets of a line of an AUTH exchange with its end, RFC 4954 §4. */
  readonly authLine: number;
  /** Octets of a line of text with its end, RFC 5321 §4.5.3.1.6. */
  readonly textLine: number;
  /** Recipients of a message, RFC 5321 §4.5.3.1.8: at least 100. */
  readonly recipients: number;
  /** Octets of a message (RFC 1870). */
  readonly size: number;
  /** Commands of a session. */
  readonly commands: number;
  /** Commands of a session that were answered with 4yz or 5yz. */
  readonly errors: number;
  /** Logins of a session that failed. */
  readonly authTries: number;
}

export const defaultSmtpServerLimits: SmtpServerLimits = {
  commandLine: 512,
  parameters: 26 + 17 + 10 + 500 + 500,
  authLine: 12_288,
  textLine: 1000,
  recipients: 1000,
  size: 100 * 1024 * 1024,
  commands: 100_000,
  errors: 50,
  authTries: 5,
};
