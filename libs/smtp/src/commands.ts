/** The commands of RFC 5321 §4.1.1 and its extensions: where each is legal, what it takes, what HELP says of it. */

/**
 * "greeting": ours is due · "start": no EHLO yet · "ready": no transaction · "mail": a sender · "rcpt": recipients too ·
 * "chunks": between two BDAT · "content": the octets of DATA · "chunk": of one BDAT · "challenge": an AUTH exchange ·
 * "tls": the next octets are TLS · "closed".
 */
export type SmtpState =
  | "greeting"
  | "start"
  | "ready"
  | "mail"
  | "rcpt"
  | "chunks"
  | "content"
  | "chunk"
  | "challenge"
  | "tls"
  | "closed";

export interface CommandRule {
  readonly legalIn: readonly SmtpState[];
  readonly argument: "none" | "optional" | "required";
  /** As HELP shows it. */
  readonly form: string;
}

const ALWAYS: readonly SmtpState[] = ["start", "ready", "mail", "rcpt", "chunks"];

export const commands = {
  EHLO: { legalIn: ALWAYS, argument: "required", form: "EHLO domain" },
  HELO: { legalIn: ALWAYS, argument: "required", form: "HELO domain" },
  // RFC 5321 §4.1.4: one transaction at a time.
  MAIL: { legalIn: ["ready"], argument: "required", form: "MAIL FROM:<sender> [parameters]" },
  RCPT: { legalIn: ["mail", "rcpt"], argument: "required", form: "RCPT TO:<recipient> [parameters]" },
  DATA: { legalIn: ["rcpt"], argument: "none", form: "DATA" },
  // RFC 3030 §2: several in a row, and no DATA among them.
  BDAT: { legalIn: ["rcpt", "chunks"], argument: "required", form: "BDAT octets [LAST]" },
  RSET: { legalIn: ALWAYS, argument: "none", form: "RSET" },
  VRFY: { legalIn: ALWAYS, argument: "required", form: "VRFY name" },
  EXPN: { legalIn: ALWAYS, argument: "required", form: "EXPN list" },
  HELP: { legalIn: ALWAYS, argument: "optional", form: "HELP [command]" },
  NOOP: { legalIn: ALWAYS, argument: "optional", form: "NOOP" },
  QUIT: { legalIn: ALWAYS, argument: "none", form: "QUIT" },
  // RFC 3207 §4: no parameters. RFC 4954 §4: not during a transaction.
  STARTTLS: { legalIn: ["ready"], argument: "none", form: "STARTTLS" },
  AUTH: { legalIn: ["ready"], argument: "required", form: "AUTH mechanism [initial-response]" },
} as const satisfies Record<string, CommandRule>;

export type Verb = keyof typeof commands;

export function isVerb(word: string): word is Verb {
  return Object.hasOwn(commands, word);
}

// A text cut from a line is dear as the name of a property: it must be made one first.
const verbs: ReadonlyMap<string, Verb> = new Map(
  Object.keys(commands)
    .filter(isVerb)
    .map((verb) => [verb, verb]),
);

/** In whatever case it is written, RFC 5321 §2.4; undefined: no command of ours. */
export function verbOf(word: string): Verb | undefined {
  return verbs.get(word) ?? verbs.get(word.toUpperCase());
}

/** What 503 says to a verb in a state it is not legal in: what to do instead. */
export function outOfOrder(verb: Verb, state: SmtpState): string {
  if (state === "start") return "Say EHLO first";
  if (state === "chunks") return "Go on with BDAT, or begin anew with RSET";
  if (verb === "MAIL") return "A transaction is open: go on with it, or begin anew with RSET";
  if (verb === "RCPT") return "Say MAIL first";
  if (verb === "DATA" || verb === "BDAT") return state === "mail" ? "No valid recipients" : "Say MAIL first";
  return `${verb} is not for the middle of a transaction`;
}
