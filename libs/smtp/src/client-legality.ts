/** What a client may send when, and which replies make sense to it. The tests walk both tables. */
import type { Asked, SmtpClientAction } from "./client-events.ts";
import type { Reply } from "./envelope.ts";

/**
 * `greeting`: the server speaks first · `refused`: it greeted with 4yz or 5yz · `hello`: EHLO is due · `ready`: no
 * transaction · `envelope`: MAIL was sent · `chunks`: BDAT was, its last was not · `content`: 354, the content runs ·
 * `held`: what was sent ends its group (RFC 2920 §3.1) · `challenged`: 334, our response is due · `securing`: TLS goes
 * on · `quitting` · `closed`.
 */
export type SmtpClientState =
  | "greeting"
  | "refused"
  | "hello"
  | "ready"
  | "envelope"
  | "chunks"
  | "content"
  | "held"
  | "challenged"
  | "securing"
  | "quitting"
  | "closed";

export interface ClientRule {
  readonly legal: readonly SmtpClientState[];
  /** Where it leads as soon as it is sent. "same": nowhere. */
  readonly leads: SmtpClientState | "same";
}

export const smtpClientLegality: Readonly<Record<SmtpClientAction["type"], ClientRule>> = {
  // RFC 2920 §3.1: EHLO, DATA, VRFY, NOOP and QUIT end a group, RFC 3207 §4 and RFC 4954 §4: so do STARTTLS and AUTH.
  ehlo: { legal: ["hello", "ready"], leads: "held" },
  helo: { legal: ["hello", "ready"], leads: "held" },
  starttls: { legal: ["ready"], leads: "held" },
  // RFC 4954 §4: not during a mail transaction.
  auth: { legal: ["ready"], leads: "held" },
  respond: { legal: ["challenged"], leads: "held" },
  mail: { legal: ["ready"], leads: "envelope" },
  rcpt: { legal: ["envelope"], leads: "same" },
  data: { legal: ["envelope"], leads: "held" },
  content: { legal: ["content"], leads: "same" },
  // RFC 2920 §3.1: the next MAIL may stand behind the end of the content.
  end: { legal: ["content"], leads: "ready" },
  bdat: { legal: ["envelope", "chunks"], leads: "chunks" },
  rset: { legal: ["ready", "envelope", "chunks"], leads: "ready" },
  noop: { legal: ["ready", "envelope"], leads: "held" },
  vrfy: { legal: ["ready", "envelope"], leads: "held" },
  quit: { legal: ["refused", "hello", "ready", "envelope", "chunks"], leads: "quitting" },
};

/** The replies that carry a step out, by code or first digit; 4yz and 5yz may come to all. */
const positive: Readonly<Record<Asked, readonly number[]>> = {
  greeting: [2],
  EHLO: [2],
  HELO: [2],
  MAIL: [2],
  RCPT: [2],
  DATA: [354],
  content: [2],
  BDAT: [2],
  RSET: [2],
  NOOP: [2],
  VRFY: [2],
  STARTTLS: [2],
  AUTH: [2, 334],
  QUIT: [2],
};

/**
 * A 354 to RCPT or a 250 to DATA is another command's reply: the server has lost count, or somebody wants us to. Whom
 * a message went to can then no longer be told (RFC 5321 §4.2: exactly one reply to each command).
 */
export function fits(asked: Asked, { code }: Reply): boolean {
  const digit = Math.floor(code / 100);
  return digit === 4 || digit === 5 || positive[asked].includes(digit) || positive[asked].includes(code);
}

/** The clocks: one for each phase of RFC 5321 §4.5.3.2, and for what it does not name. */
export type SmtpClientWait = "greeting" | "command" | "auth" | "mail" | "rcpt" | "data" | "final" | "quit";

export const waits: Readonly<Record<Asked, SmtpClientWait>> = {
  greeting: "greeting",
  EHLO: "command",
  HELO: "command",
  STARTTLS: "command",
  RSET: "command",
  NOOP: "command",
  VRFY: "command",
  AUTH: "auth",
  MAIL: "mail",
  RCPT: "rcpt",
  DATA: "data",
  content: "final",
  BDAT: "final",
  QUIT: "quit",
};
