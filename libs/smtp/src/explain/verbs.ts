/** The commands of RFC 5321 §4.1.1 and its extensions, as a sentence each; and where each leads when it is taken. */
import type { Entry } from "@socketscope/wire";
import type { SmtpState, Verb } from "../commands.ts";

export const VERBS: Readonly<Record<Verb, Entry>> = {
  EHLO: ["Hello, I speak extended SMTP, and this is who I am: what can you do?", "RFC 5321 §4.1.1.1"],
  HELO: ["Hello in the old way: who I am, and no extensions please.", "RFC 5321 §4.1.1.1"],
  MAIL: [
    "Opens a transaction: this address gets the report if the message cannot be delivered.",
    "RFC 5321 §4.1.1.2",
  ],
  RCPT: ["Will you take a message for this address? Asked once for each recipient.", "RFC 5321 §4.1.1.3"],
  DATA: ["Ready to send the message itself, up to a line with nothing but a dot.", "RFC 5321 §4.1.1.4"],
  BDAT: ["So many octets of the message follow at once; LAST says it is whole then.", "RFC 3030 §2"],
  RSET: ["Forget the transaction; the session goes on.", "RFC 5321 §4.1.1.5"],
  VRFY: ["Asks whether this is a user or mailbox here; few servers tell any more.", "RFC 5321 §4.1.1.6"],
  EXPN: ["Asks who is on this mailing list; few servers tell any more.", "RFC 5321 §4.1.1.7"],
  HELP: ["Asks for a text that helps the person who types.", "RFC 5321 §4.1.1.8"],
  NOOP: ["Do nothing but answer: is this connection still alive?", "RFC 5321 §4.1.1.9"],
  QUIT: ["I am done: say goodbye and close the connection.", "RFC 5321 §4.1.1.10"],
  STARTTLS: ["Stop talking in clear: upgrade this same connection to TLS.", "RFC 3207 §4"],
  AUTH: ["I want to log in, by this SASL mechanism.", "RFC 4954 §4"],
};

/** Where the session may stand once the command was answered with success; none: as before. */
export const LEADS_TO: Readonly<Record<Verb, readonly SmtpState[]>> = {
  EHLO: ["ready"],
  HELO: ["ready"],
  MAIL: ["mail"],
  RCPT: ["rcpt"],
  DATA: ["content"],
  BDAT: ["chunks", "ready"],
  RSET: ["ready"],
  VRFY: [],
  EXPN: [],
  HELP: [],
  NOOP: [],
  QUIT: ["closed"],
  // RFC 3207 §4.2: behind TLS the client begins with EHLO again.
  STARTTLS: ["start"],
  AUTH: ["challenge", "ready"],
};

export const STATES: Readonly<Record<SmtpState, Entry>> = {
  greeting: ["The server speaks first; the client waits for it.", "RFC 5321 §3.1"],
  start: ["The server has greeted; the client says who it is.", "RFC 5321 §3.2"],
  ready: ["No transaction is open; one may begin.", "RFC 5321 §4.1.4"],
  mail: ["The sender is named; recipients are next.", "RFC 5321 §3.3"],
  rcpt: ["There is a recipient; more may follow, or the message.", "RFC 5321 §3.3"],
  chunks: ["Some of the message is here; the next chunk is to come.", "RFC 3030 §2"],
  content: ["The octets of the message, up to the line of one dot.", "RFC 5321 §4.5.2"],
  chunk: ["The octets of one chunk: as many as BDAT announced.", "RFC 3030 §2"],
  challenge: ["A login is under way: challenge and response in base64.", "RFC 4954 §4"],
  tls: ["The next octets are the handshake of TLS.", "RFC 3207 §4"],
  closed: ["Nothing more is said.", "RFC 5321 §4.1.1.10"],
};
