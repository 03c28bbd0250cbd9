/**
 * What a client may say when, and which replies make sense to it (RFC 959 §5.4, RFC 4217, RFC 2389, RFC 2428, RFC 3659).
 * The tests walk the table.
 */
import type { AskedFtp } from "./client-events.ts";

/**
 * `greeting`: the server speaks first · `refused`: it greeted with 4yz or 5yz · `start`: nobody is logged in ·
 * `password`, `account`: 331, 332, those are due · `ready`: logged in · `rename`: 350 to RNFR · `held`: a command waits
 * for its reply · `opening`: a transfer waits for its 1yz · `transfer`: it has it · `completing`: the data connection is
 * done with, the reply is due · `aborting`: ABOR was sent, the transfer's reply and its own are due · `securing`: TLS
 * goes on · `quitting` · `closed`.
 */
export type FtpClientState =
  | "greeting"
  | "refused"
  | "start"
  | "password"
  | "account"
  | "ready"
  | "rename"
  | "held"
  | "opening"
  | "transfer"
  | "completing"
  | "aborting"
  | "securing"
  | "quitting"
  | "closed";

export interface FtpClientRule {
  readonly legal: readonly FtpClientState[];
  readonly argument: "none" | "optional" | "required";
  /** Where it leads as soon as it is sent. */
  readonly sent: FtpClientState;
  /** By code or first digit: where a reply that carries it out leads. "back": to where it was sent. */
  readonly leads: Readonly<Partial<Record<number, FtpClientState | "back">>>;
  /** Where a refusal leads. */
  readonly refused: FtpClientState | "back";
}

const BEFORE: readonly FtpClientState[] = ["start", "password", "account"];
const ANY: readonly FtpClientState[] = [...BEFORE, "ready"];
const IN: readonly FtpClientState[] = ["ready"];
const DONE = { 2: "back" } as const;

function rule(
  legal: readonly FtpClientState[],
  argument: FtpClientRule["argument"],
  leads: FtpClientRule["leads"] = DONE,
  refused: FtpClientRule["refused"] = "back",
): FtpClientRule {
  return { legal, argument, sent: "held", leads, refused };
}

/** RFC 959 §5.4: 1yz first, then the reply that ends it. */
function transfer(argument: FtpClientRule["argument"]): FtpClientRule {
  return { legal: IN, argument, sent: "opening", leads: { 1: "transfer", 2: "back" }, refused: "back" };
}

const rules = {
  USER: rule(ANY, "required", { 2: "ready", 331: "password", 332: "account" }, "start"),
  PASS: rule(["password"], "optional", { 2: "ready", 332: "account" }, "start"),
  ACCT: rule(["account", "ready"], "required", { 2: "ready" }, "back"),
  // RFC 4217 §4: before the login, which then goes over TLS.
  AUTH: rule(["start"], "required", { 234: "securing" }),
  PBSZ: rule(["start", "ready"], "required"),
  PROT: rule(["start", "ready"], "required"),
  FEAT: rule(ANY, "none"),
  OPTS: rule(ANY, "required"),
  SYST: rule(ANY, "none"),
  CLNT: rule(ANY, "required"),
  NOOP: rule(ANY, "none"),
  HELP: rule(ANY, "optional"),
  STAT: rule(ANY, "optional"),
  SITE: rule(IN, "required"),
  CWD: rule(IN, "required"),
  CDUP: rule(IN, "none"),
  PWD: rule(IN, "none"),
  TYPE: rule(IN, "required"),
  MODE: rule(IN, "required"),
  STRU: rule(IN, "required"),
  PASV: rule(IN, "none"),
  EPSV: rule(IN, "optional"),
  PORT: rule(IN, "required"),
  EPRT: rule(IN, "required"),
  ALLO: rule(IN, "required"),
  // RFC 959 §5.4: 350, more is to come.
  REST: rule(IN, "required", { 350: "back" }),
  SIZE: rule(IN, "required"),
  MDTM: rule(IN, "required"),
  MFMT: rule(IN, "required"),
  HASH: rule(IN, "required"),
  MLST: rule(IN, "optional"),
  DELE: rule(IN, "required"),
  MKD: rule(IN, "required"),
  RMD: rule(IN, "required"),
  RNFR: rule(IN, "required", { 350: "rename" }),
  // RFC 959 §4.1.3: immediately behind RNFR.
  RNTO: rule(["rename"], "required", { 2: "ready" }, "ready"),
  RETR: transfer("required"),
  STOR: transfer("required"),
  APPE: transfer("required"),
  STOU: transfer("optional"),
  LIST: transfer("optional"),
  NLST: transfer("optional"),
  MLSD: transfer("optional"),
  ABOR: {
    legal: ["opening", "transfer", "completing"],
    argument: "none",
    sent: "aborting",
    leads: { 2: "back" },
    refused: "back",
  },
  QUIT: {
    legal: ["refused", ...ANY, "rename"],
    argument: "none",
    sent: "quitting",
    leads: { 2: "closed" },
    refused: "closed",
  },
} as const satisfies Record<string, FtpClientRule>;

export type ClientVerb = keyof typeof rules;

export const ftpClientLegality: Readonly<Record<ClientVerb, FtpClientRule>> = rules;

export const clientVerbs: readonly ClientVerb[] = Object.keys(rules).filter(isClientVerb);

export function isClientVerb(word: string): word is ClientVerb {
  return Object.hasOwn(rules, word);
}

const greeting: FtpClientRule["leads"] = { 1: "greeting", 2: "start" };

/**
 * Where this reply to this command leads; undefined when it answers something else: whose reply is whose can then no
 * longer be told (RFC 959 §4.2: each command has one reply, besides preliminary ones).
 */
export function whereTo(asked: AskedFtp, code: number): FtpClientState | "back" | undefined {
  const digit = Math.floor(code / 100);
  if (asked === "greeting") return digit === 4 || digit === 5 ? "refused" : greeting[digit];
  const { leads, refused } = ftpClientLegality[asked];
  return digit === 4 || digit === 5 ? refused : (leads[code] ?? leads[digit]);
}

/** The clocks. None runs while a data connection is in use: that has its own. */
export type FtpClientWait = "greeting" | "login" | "command" | "opening" | "completion" | "abort" | "quit";

const waits: Readonly<Partial<Record<FtpClientState, FtpClientWait>>> = {
  opening: "opening",
  completing: "completion",
  aborting: "abort",
};

export function waitFor(asked: AskedFtp, state: FtpClientState): FtpClientWait | "us" {
  if (asked === "greeting") return "greeting";
  if (asked === "USER" || asked === "PASS" || asked === "ACCT") return "login";
  if (asked === "QUIT") return "quit";
  return state === "transfer" ? "us" : (waits[state] ?? "command");
}
