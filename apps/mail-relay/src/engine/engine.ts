/** What an engine is: something that speaks SMTP on one address and asks a conversation what to answer. */
import type { MailParameters, RcptParameters, Reply, SmtpServerLimits } from "@socketscope/smtp";
import type {
  Admission,
  CloseReason,
  Flow,
  Intercept,
  Listener,
  TapPoint,
  TlsServerOptions,
} from "@socketscope/socket-core";

/** Who may speak there: everybody with mail for us, or our own users who hand in theirs (RFC 6409). */
export type ListenerRole = "smtp" | "submission" | "smtps";

export interface Peer {
  readonly flow: Flow;
  readonly role: ListenerRole;
  /** Protocol and cipher, once TLS stands; asked at every step, STARTTLS changes it. */
  tls(): { readonly protocol: string; readonly cipher: string } | undefined;
  /** Ends the connection at once, without a word: a fault somebody asked for. */
  cut(): void;
}

/** What SCRAM-SHA-256 (RFC 5802 §3) and a plain password are judged by; the engine does the mechanism's talking. */
export interface Credentials {
  /** The name the user goes by, an address as a rule. */
  readonly user: string;
  verify(password: string): boolean | Promise<boolean>;
  readonly scram?:
    | {
        readonly salt: Uint8Array;
        readonly iterations: number;
        readonly storedKey: Uint8Array;
        readonly serverKey: Uint8Array;
      }
    | undefined;
}

/**
 * The policy of one connection. The engine has judged syntax, order and limits before it asks; a method returns the
 * reply to give: 2yz carries the step out, 4yz and 5yz leave the transaction as it was, 421 ends the connection.
 */
export interface Conversation {
  /** Before the greeting; a 554 or 421 in place of the 220 turns the client away. */
  greet(): Reply | Promise<Reply>;
  hello(domain: string, extended: boolean): Reply | undefined | Promise<Reply | undefined>;
  /** Whom this name belongs to. Undefined: nobody; the engine takes as long and answers 535 either way. */
  credentials(user: string): Credentials | undefined | Promise<Credentials | undefined>;
  /** The mechanism succeeded or failed; after a success the user stays logged in until the connection ends. */
  loggedIn(user: string): void;
  loginFailed(user: string): void;
  mail(reversePath: string, parameters: MailParameters): Reply | Promise<Reply>;
  rcpt(forwardPath: string, parameters: RcptParameters): Reply | Promise<Reply>;
  /** DATA or the first BDAT: undefined where the content may come, else the refusal. */
  content(): Incoming | Reply | Promise<Incoming | Reply>;
  verify(text: string): Reply | Promise<Reply>;
  /** RSET, a new EHLO, or the end: what was collected is let go of. */
  reset(): void;
  /** Something was refused before it came to us: syntax, order, a limit. For the list of failed sessions. */
  refused(what: string, reply: Reply): void;
  /** Exactly once. */
  closed(reason: CloseReason): void;
}

/** The content of one message on its way to the disk; dots are taken out, lines end in CRLF. */
export interface Incoming {
  /** A promise holds the sender back. */
  write(octets: Uint8Array): void | Promise<void>;
  /** All of it is there. A 250 is given only when power loss cannot take the message back. */
  finish(): Reply | Promise<Reply>;
  /** The sender broke off, or sent too much: nothing is kept. */
  abort(): void;
}

export interface EngineLimits {
  /** Octets of a message, RFC 1870; Infinity takes all. */
  readonly maxSize: number;
  /** Milliseconds a client may rest between two commands; Infinity: for ever. RFC 5321 §4.5.3.2.7: at least 5 minutes. */
  readonly idle: number;
  /** Between two blocks of content. Default `idle`. */
  readonly content?: number;
  /** For each answer within a login. Default `idle`. */
  readonly login?: number;
  readonly maxConnections: number;
  /** Milliseconds before a failed login is answered; grows with each. */
  readonly loginDelay: number;
  /** What one session may do; what is not named stays at the core's defaults. */
  readonly session?: Partial<Omit<SmtpServerLimits, "size">>;
}

export interface EngineOptions {
  readonly role: ListenerRole;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What we call ourselves in the greeting and in Received. */
  readonly hostname: string;
  /** "smtps" begins with it; the others offer STARTTLS where it is given. */
  readonly tls?: TlsServerOptions | undefined;
  /** AUTH is offered also where octets can be read by others. */
  readonly authClear: boolean;
  readonly limits: EngineLimits;
  readonly tap: TapPoint;
  /** Obeyed where the sockets are ours; a library's are not to be intercepted. */
  readonly intercept?: Intercept;
  readonly admission: Admission;
  readonly proxyFrom?: readonly string[];
  converse(peer: Peer): Conversation;
  /** A method of a conversation failed; the client got 451. */
  readonly onError: (error: unknown) => void;
}

export type Engine = (options: EngineOptions) => Promise<Listener>;
