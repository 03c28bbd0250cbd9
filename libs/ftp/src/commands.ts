/**
 * The commands of RFC 959 §4.1, RFC 2228 §3, RFC 2389, RFC 2428, RFC 3659 and what is in use beside them: where each is
 * legal, where its positive reply leads, what becomes of it while a transfer runs, what HELP and FEAT say of it.
 */

/**
 * "greeting": ours is due · "start": nobody is logged in · "password": USER was said · "ready": logged in · "rename":
 * RNFR was accepted · "tls": the next octets are TLS · "closed".
 */
export type FtpState = "greeting" | "start" | "password" | "ready" | "rename" | "tls" | "closed";

export interface CommandRule {
  readonly legalIn: readonly FtpState[];
  /** The state behind its positive completion; "same": it changes nothing, and ends a rename that was begun. */
  readonly leadsTo: FtpState | "same";
  readonly argument: "none" | "optional" | "required";
  /**
   * While a transfer runs. "answered": at once, so its reply comes before the transfer's · "held": behind the transfer's
   * reply, since it is a second transfer, prepares one, or ends the session (RFC 959 §4.1.1 on QUIT and REIN).
   */
  readonly during: "answered" | "held";
  /** As HELP shows it. */
  readonly form: string;
}

const ANY: readonly FtpState[] = ["start", "password", "ready", "rename"];
const IN: readonly FtpState[] = ["ready", "rename"];

function free(form: string, argument: CommandRule["argument"] = "none"): CommandRule {
  return { legalIn: ANY, leadsTo: "same", argument, during: "answered", form };
}

function file(form: string, argument: CommandRule["argument"] = "required"): CommandRule {
  return { legalIn: IN, leadsTo: "same", argument, during: "answered", form };
}

/** What needs a data connection, or says how the next one is to be. */
function data(form: string, argument: CommandRule["argument"] = "required"): CommandRule {
  return { legalIn: IN, leadsTo: "same", argument, during: "held", form };
}

export const commands = {
  USER: {
    legalIn: ANY,
    leadsTo: "password",
    argument: "required",
    during: "held",
    form: "USER name",
  },
  // RFC 959 §4.1.1: PASS immediately follows USER.
  PASS: {
    legalIn: ["password"],
    leadsTo: "ready",
    argument: "optional",
    during: "held",
    form: "PASS password",
  },
  ACCT: file("ACCT account"),
  CWD: file("CWD folder"),
  XCWD: file("XCWD folder"),
  CDUP: file("CDUP", "none"),
  XCUP: file("XCUP", "none"),
  SMNT: file("SMNT path"),
  REIN: { legalIn: ANY, leadsTo: "start", argument: "none", during: "held", form: "REIN" },
  QUIT: { legalIn: ANY, leadsTo: "closed", argument: "none", during: "held", form: "QUIT" },
  PORT: data("PORT h1,h2,h3,h4,p1,p2"),
  PASV: data("PASV", "none"),
  EPRT: data("EPRT |family|address|port|"),
  EPSV: data("EPSV [1|2|ALL]", "optional"),
  TYPE: data("TYPE A|I|L 8"),
  STRU: data("STRU F"),
  MODE: data("MODE S|Z"),
  REST: data("REST octets"),
  ALLO: data("ALLO octets"),
  RETR: data("RETR file"),
  STOR: data("STOR file"),
  STOU: data("STOU [file]", "optional"),
  APPE: data("APPE file"),
  LIST: data("LIST [-al] [path]", "optional"),
  NLST: data("NLST [-a] [path]", "optional"),
  MLSD: data("MLSD [folder]", "optional"),
  MLST: file("MLST [path]", "optional"),
  RNFR: {
    legalIn: IN,
    leadsTo: "rename",
    argument: "required",
    during: "answered",
    form: "RNFR file",
  },
  // RFC 959 §4.1.3: RNTO immediately follows RNFR.
  RNTO: {
    legalIn: ["rename"],
    leadsTo: "ready",
    argument: "required",
    during: "answered",
    form: "RNTO file",
  },
  ABOR: free("ABOR"),
  DELE: file("DELE file"),
  RMD: file("RMD folder"),
  XRMD: file("XRMD folder"),
  MKD: file("MKD folder"),
  XMKD: file("XMKD folder"),
  PWD: file("PWD", "none"),
  XPWD: file("XPWD", "none"),
  SIZE: file("SIZE file"),
  MDTM: file("MDTM file"),
  MFMT: file("MFMT YYYYMMDDhhmmss file"),
  HASH: file("HASH file"),
  XCRC: file('XCRC file | "file" [[from] to]'),
  XMD5: file('XMD5 file | "file" [[from] to]'),
  XSHA: file('XSHA file | "file" [[from] to]'),
  XSHA1: file('XSHA1 file | "file" [[from] to]'),
  XSHA256: file('XSHA256 file | "file" [[from] to]'),
  XSHA512: file('XSHA512 file | "file" [[from] to]'),
  AVBL: file("AVBL [folder]", "optional"),
  SITE: file("SITE CHMOD|UTIME|HELP …"),
  SYST: free("SYST"),
  STAT: free("STAT [path]", "optional"),
  HELP: free("HELP [command]", "optional"),
  NOOP: free("NOOP", "optional"),
  FEAT: free("FEAT"),
  OPTS: free("OPTS command [options]", "required"),
  CLNT: free("CLNT name", "required"),
  // RFC 7151 §3.2: HOST comes before USER, and is an error behind it.
  HOST: { legalIn: ["start"], leadsTo: "same", argument: "required", during: "held", form: "HOST name" },
  // RFC 4217 §4: AUTH may come before and after a login, which it then ends.
  AUTH: { legalIn: ANY, leadsTo: "tls", argument: "required", during: "held", form: "AUTH TLS" },
  // RFC 2228 §3 on CCC; behind a login, so that no password has to come in clear.
  CCC: data("CCC", "none"),
  PBSZ: {
    legalIn: ANY,
    leadsTo: "same",
    argument: "required",
    during: "held",
    form: "PBSZ 0",
  },
  PROT: {
    legalIn: ANY,
    leadsTo: "same",
    argument: "required",
    during: "held",
    form: "PROT C|P",
  },
} as const satisfies Record<string, CommandRule>;

export type Verb = keyof typeof commands;

export const verbs: readonly Verb[] = Object.keys(commands).filter(isVerb);

export function isVerb(word: string): word is Verb {
  return Object.hasOwn(commands, word);
}

/** Known from RFC 959, RFC 1639, RFC 2228 and RFC 2640, or from other servers, and answered with 502. */
export const notCarriedOut: ReadonlySet<string> = new Set([
  ..."ADAT CONF ENC MIC LANG LPRT LPSV MLFL MAIL MSND MSOM MSAM MRSQ MRCP".split(" "),
  ..."MFF MFCT MDTMS SSCN CPSV RANG THMB ESTA ESTP".split(" "),
]);

/** What the data connection carries for each of these. */
export type TransferVerb = "RETR" | "STOR" | "STOU" | "APPE" | "LIST" | "NLST" | "MLSD";

export function isTransferVerb(verb: Verb | undefined): verb is TransferVerb {
  const transfers: readonly (Verb | undefined)[] = ["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"];
  return transfers.includes(verb);
}

/** RFC 1123 §4.1.3.1: the names RFC 775 gave to the folder commands are taken as well. */
const olderNames = { XCWD: "CWD", XCUP: "CDUP", XPWD: "PWD", XMKD: "MKD", XRMD: "RMD" } as const;

type OlderVerb = keyof typeof olderNames;
export type CanonicalVerb = Exclude<Verb, OlderVerb>;

export function canonical(verb: Verb): CanonicalVerb {
  return isOlder(verb) ? olderNames[verb] : verb;
}

function isOlder(verb: Verb): verb is OlderVerb {
  return Object.hasOwn(olderNames, verb);
}
