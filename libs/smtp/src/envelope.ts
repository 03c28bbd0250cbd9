/**
 * What a mail transaction says about a message, beside its content (RFC 5321 §2.3.1), with the parameters of the
 * extensions we speak: SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461), AUTH (RFC 4954).
 */

/** One reply of a server, RFC 5321 §4.2; on the wire `250-8.0.0 text`, one line for each of `lines`. */
export interface Reply {
  readonly code: number;
  /** RFC 3463, as `5.7.1`: said in front of every line where the extension is on. */
  readonly enhanced?: string | undefined;
  /** Without code and line end; at least one, maybe empty. */
  readonly lines: readonly string[];
}

export interface MailParameters {
  /** RFC 1870 §6: octets the client means to send. */
  readonly size?: number | undefined;
  readonly body?: "7BIT" | "8BITMIME" | undefined;
  /** RFC 6531 §3.4: addresses or header fields may be in UTF-8. */
  readonly smtputf8: boolean;
  /** RFC 3461 §4.3: how much of the message a failure notice returns. */
  readonly ret?: "FULL" | "HDRS" | undefined;
  /** RFC 3461 §4.4, decoded from xtext. */
  readonly envid?: string | undefined;
  /** RFC 4954 §5, decoded from xtext; `<>` is "". */
  readonly auth?: string | undefined;
}

export type Notify = "NEVER" | "SUCCESS" | "FAILURE" | "DELAY";

export interface RcptParameters {
  /** RFC 3461 §4.1: NEVER stands alone. */
  readonly notify?: readonly Notify[] | undefined;
  /** RFC 3461 §4.2: `rfc822;Bob@Example.com`, decoded from xtext. */
  readonly orcpt?: { readonly addressType: string; readonly address: string } | undefined;
}

export interface Recipient {
  /** `local-part@domain` without brackets and source route; the local part as it was written. */
  readonly forwardPath: string;
  readonly parameters: RcptParameters;
}

export interface Envelope {
  /** `local-part@domain` without brackets; "" is the null reverse-path of notices. */
  readonly reversePath: string;
  readonly parameters: MailParameters;
  readonly recipients: readonly Recipient[];
}
