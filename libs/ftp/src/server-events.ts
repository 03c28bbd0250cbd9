/**
 * What the FTP server core tells, and what it is told. Every event waits for exactly one action; one that carries a
 * `reply` is answered by it unless the session knows better. `begin` starts a transfer: from then on the core reads on,
 * and `finish` is the transfer's own reply, whenever it comes.
 */
import type { TransferVerb, Verb } from "./commands.ts";
import type { FactName } from "./facts.ts";
import type { HashAlgorithm, HashedRange, HashVerb } from "./hash.ts";
import type { Reply } from "./replies.ts";

/** Z: one zlib stream (RFC 1950), of listings too. The number is the level to compress with, 1 to 9; undefined: MODE S. */
export type DeflateLevel = number | undefined;

/** RFC 959 §3.1.1: "A": lines end in CRLF on the way, see ascii.ts; "I": octets as they are. */
export type Representation = "A" | "I";

export type FtpServerEvent =
  /** The greeting is due: 220, or 421 and the end. */
  | { readonly type: "connected" }
  /** USER. 331 (a password is wanted), 230 (none is), 530. */
  | { readonly type: "user"; readonly name: string; readonly reply: Reply }
  /** PASS: 230 or 530. */
  | { readonly type: "login"; readonly user: string; readonly password: string }
  /** HOST: the reply where the name is one of ours, else 504 (RFC 7151 §3.1). */
  | { readonly type: "host"; readonly name: string; readonly reply: Reply }
  /** AUTH TLS: `startTls` with this 234, and a fresh core behind it (`afterTls`). */
  | { readonly type: "secure"; readonly reply: Reply }
  /** CCC: `leaveTls` with this 200; the same core goes on in clear. */
  | { readonly type: "clear"; readonly reply: Reply }
  /** REIN: log out (RFC 959 §4.1.1). */
  | { readonly type: "reinitialize"; readonly reply: Reply }
  /** PROT: what data connections are from now on. */
  | { readonly type: "protection"; readonly level: "C" | "P"; readonly reply: Reply }
  /** Listen, in the family of the control connection; answer `passive`, or 425. Replaces what was prepared. */
  | { readonly type: "passive"; readonly by: "PASV" | "EPSV" }
  /** Connect there when the transfer comes. Replaces what was prepared. */
  | { readonly type: "active"; readonly host: string; readonly port: number; readonly reply: Reply }
  /** CWD, CDUP (".."): 250 or 550. */
  | { readonly type: "enter"; readonly path: string }
  /** PWD: 257 with `quotePath`. */
  | { readonly type: "where" }
  /** RETR from octet `offset` on: `begin` with 150, or 550 … */
  | {
      readonly type: "retrieve";
      readonly path: string;
      readonly offset: number;
      readonly representation: Representation;
      readonly deflate: DeflateLevel;
    }
  /** STOR, APPE, STOU ("unique": the reply to `begin` names the file, RFC 1123 §4.1.2.9). `allocate`: octets ALLO announced. */
  | {
      readonly type: "store";
      readonly how: "replace" | "append" | "unique";
      readonly path: string | undefined;
      readonly offset: number;
      readonly representation: Representation;
      readonly allocate: number | undefined;
      readonly deflate: DeflateLevel;
    }
  /** `path`: without the flags; `argument`: all of it, for who has a file named `-a`. Lines end in CRLF always. */
  | {
      readonly type: "list";
      readonly by: "LIST" | "NLST" | "MLSD";
      readonly path: string | undefined;
      readonly flags: string;
      readonly argument: string;
      readonly facts: readonly FactName[];
      readonly deflate: DeflateLevel;
    }
  /** MLST: 250 with one line of facts between two others (RFC 3659 §7.2). */
  | { readonly type: "describe"; readonly path: string | undefined; readonly facts: readonly FactName[] }
  | { readonly type: "size"; readonly path: string; readonly representation: Representation }
  /** MDTM: 213 with `formatTime`. */
  | { readonly type: "modified"; readonly path: string }
  /** MFMT and SITE UTIME: 213 or 200. `time`: ms since 1970, `text`: as it was sent. */
  | {
      readonly type: "touch";
      readonly by: "MFMT" | "UTIME";
      readonly path: string;
      readonly time: number;
      readonly text: string;
    }
  /** SITE CHMOD: 200 or 550. */
  | { readonly type: "mode"; readonly path: string; readonly mode: number }
  /** RNFR: 350 or 550. */
  | { readonly type: "renaming"; readonly path: string }
  /** RNTO: 250 or 553. */
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "delete"; readonly path: string }
  /** MKD: 257 with `quotePath`. */
  | { readonly type: "make"; readonly path: string }
  | { readonly type: "remove"; readonly path: string }
  /** ALLO: 200, 202 or 452 or 552. */
  | { readonly type: "allocate"; readonly octets: number; readonly reply: Reply }
  /** HASH: 213 `ALGORITHM FROM-TO HEX path`. XCRC and its kin: 250 with the hash alone. */
  | ({
      readonly type: "hash";
      readonly by: "HASH" | HashVerb;
      readonly algorithm: HashAlgorithm;
    } & HashedRange)
  /** AVBL: 213 with a number of octets. */
  | { readonly type: "available"; readonly path: string | undefined }
  /** STAT: 211 with the session's state, or 212/213 with the listing of `path`. `transfer`: the one that runs. */
  | {
      readonly type: "status";
      readonly path: string | undefined;
      readonly flags: string;
      readonly argument: string;
      readonly transfer: TransferVerb | undefined;
      /** What this core knows of the session, one line each. */
      readonly lines: readonly string[];
    }
  /** ABOR. While a transfer runs: `finish` it (426, or 226 where it just ended) first, then answer this (226). Else 225. What was prepared is let go of. */
  | { readonly type: "abort"; readonly transfer: TransferVerb | undefined; readonly reply: Reply }
  /** What needs nobody's leave: FEAT, HELP, NOOP, SYST, TYPE, MODE, STRU, REST, OPTS, PBSZ, CLNT, ACCT, SITE HELP. */
  | { readonly type: "said"; readonly verb: Verb; readonly reply: Reply }
  | { readonly type: "quit"; readonly reply: Reply }
  /** A fault the session goes on after. */
  | { readonly type: "refused"; readonly what: string; readonly reply: Reply }
  /** We are shutting down and no transfer runs. */
  | { readonly type: "leaving"; readonly reply: Reply };

export type FtpServerAction =
  /** Answers the command: any event but a transfer that is let begin. 421 may be said at any time. */
  | { readonly type: "reply"; readonly reply: Reply }
  /** Answers `passive`: 227 or 229. `host`: dotted IPv4, not looked at for EPSV. */
  | { readonly type: "passive"; readonly host: string; readonly port: number }
  /** Answers `retrieve`, `store`, `list`: 150 (125 where the data connection is open). What was prepared is used up. */
  | { readonly type: "begin"; readonly reply: Reply }
  /** Answers the transfer: 226, 250, 425, 426, 450, 451, 452, 551, 552. Behind the reply to a command that came before. */
  | { readonly type: "finish"; readonly reply: Reply };

/** Clocks: nobody is logged in yet; the next command. None runs while a transfer does: it has its own. */
export type FtpServerWait = "login" | "command";
