/** How a connection to a mail server is made, and how long each phase of it may take. */
import type { SmtpClientLimits, SmtpClientWait } from "@socketscope/smtp";
import type { Clocks, TapPoint } from "@socketscope/socket-core";
import type { ClientMechanism } from "@socketscope/wire/sasl";
import type { DialogueLine } from "./dialogue.ts";

/** Milliseconds. RFC 5321 §4.5.3.2 names most of them; each reply has to be whole within its time. */
export interface SmtpDeadlines {
  /** Name and TCP. Default 30 s. */
  readonly connect: number;
  /** A TLS handshake. Default 30 s. */
  readonly tls: number;
  /** §4.5.3.2.1: the greeting. Default 5 min. */
  readonly greeting: number;
  /** The reply to EHLO, HELO, STARTTLS, RSET, NOOP, VRFY. Default 5 min. */
  readonly command: number;
  /** Each reply of an AUTH exchange. Default 5 min. */
  readonly auth: number;
  /** §4.5.3.2.2: the reply to MAIL. Default 5 min. */
  readonly mail: number;
  /** §4.5.3.2.3: the reply to RCPT. Default 5 min. */
  readonly rcpt: number;
  /** §4.5.3.2.4: the 354. Default 2 min. */
  readonly data: number;
  /** §4.5.3.2.5: the server takes something of what is sent. Default 3 min. */
  readonly block: number;
  /** §4.5.3.2.6: the reply to the end of the content. Default 10 min: earlier attempts make duplicates. */
  readonly final: number;
  /** The reply to QUIT: nothing hangs on it. Default 5 s. */
  readonly quit: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const defaultSmtpDeadlines: SmtpDeadlines = {
  connect: 30 * SECOND,
  tls: 30 * SECOND,
  greeting: 5 * MINUTE,
  command: 5 * MINUTE,
  auth: 5 * MINUTE,
  mail: 5 * MINUTE,
  rcpt: 5 * MINUTE,
  data: 2 * MINUTE,
  block: 3 * MINUTE,
  final: 10 * MINUTE,
  quit: 5 * SECOND,
};

/** From the start: a server that drips one octet now and then gets no more time for it. */
export function clocksOf(deadlines: SmtpDeadlines): Clocks<SmtpClientWait> {
  const { greeting, command, auth, mail, rcpt, data, final, quit } = deadlines;
  const from = "start";
  return {
    greeting: { ms: greeting, from },
    command: { ms: command, from },
    auth: { ms: auth, from },
    mail: { ms: mail, from },
    rcpt: { ms: rcpt, from },
    data: { ms: data, from },
    final: { ms: final, from },
    quit: { ms: quit, from },
  };
}

/**
 * `off`: never · `opportunistic`: STARTTLS where it is offered (RFC 7435), else in the clear · `required`: STARTTLS or
 * nothing · `implicit`: TLS before the first octet (RFC 8314 §3.3).
 */
export type TlsMode = "off" | "opportunistic" | "required" | "implicit";

export interface Login {
  readonly user: string;
  readonly password: string;
  /** This one and no other. Default: the best that the server offers. */
  readonly mechanism?: Mechanism | undefined;
  /** Log in without TLS as well. Default false: everybody on the way could read the password. */
  readonly allowClear?: boolean | undefined;
}

export type Mechanism = ClientMechanism;

export interface ConnectSmtpOptions {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** What we call ourselves in EHLO: a domain, or an address literal such as `[127.0.0.1]`. */
  readonly hostname: string;
  readonly tls: TlsMode;
  /** PEM of the authorities trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Whether the certificate is verified. Default: yes, but for `opportunistic`, where the alternative is no TLS at all. */
  readonly verify?: boolean | undefined;
  /** The name that the certificate must hold. Default: `host`. */
  readonly servername?: string | undefined;
  readonly login?: Login | undefined;
  readonly deadlines?: Partial<SmtpDeadlines> | undefined;
  readonly limits?: Partial<SmtpClientLimits> | undefined;
  readonly tap?: TapPoint | undefined;
  /** Given up while it is being made; rejects with SmtpError "CLOSED". A session that stands is closed by its owner. */
  readonly signal?: AbortSignal | undefined;
  /** Each line said by either side, secrets masked, content counted. Must not throw. */
  readonly onDialogue?: ((line: DialogueLine) => void) | undefined;
}
