/** States, facts, features and the parts that a dissector names, a sentence each. */
import type { Entry } from "@socketscope/wire";
import type { FtpState } from "../commands.ts";
import type { FactName } from "../facts.ts";

export const STATES: Readonly<Record<FtpState, Entry>> = {
  greeting: ["The server speaks first; the client waits for it.", "RFC 959 §5.4"],
  start: ["Nobody is logged in.", "RFC 959 §4.1.1"],
  password: ["The name was said; the password is due.", "RFC 959 §4.1.1"],
  ready: ["Logged in: files may be looked at, fetched and stored.", "RFC 959 §4.1.1"],
  rename: ["The old name was said; the new one is due at once.", "RFC 959 §4.1.3"],
  tls: ["The next octets are the handshake of TLS.", "RFC 4217 §4"],
  closed: ["Nothing more is said.", "RFC 959 §4.1.1"],
};

export const FACTS: Readonly<Record<FactName, Entry>> = {
  type: ["What it is: file, dir, or something of the system's own.", "RFC 3659 §7.5.1"],
  size: ["Octets.", "RFC 3659 §7.5.7"],
  modify: ["When it was changed last, in UTC.", "RFC 3659 §7.5.3"],
  perm: ["What you may do with it, a letter each.", "RFC 3659 §7.5.5"],
  unique: ["The same word means the same file, whatever its names.", "RFC 3659 §7.5.2"],
  "UNIX.mode": ["The permission bits of UNIX, octal.", "in use, in no RFC"],
  "UNIX.owner": ["Whose it is, as a number.", "in use, in no RFC"],
  "UNIX.group": ["Which group's it is, as a number.", "in use, in no RFC"],
};

export const FEATURES: Readonly<Record<string, Entry>> = {
  AUTH: ["This connection can be upgraded to TLS.", "RFC 4217 §3"],
  PBSZ: ["PBSZ is to be had, which PROT needs.", "RFC 2228 §3"],
  PROT: ["Data connections can be under TLS.", "RFC 2228 §3"],
  AVBL: ["The room that is left can be asked for.", "draft-peterson-streamlined-ftp-command-extensions"],
  CCC: ["TLS can be left behind the login: commands in clear, data as PROT says.", "RFC 2228 §3"],
  CLNT: ["A client may say which program it is.", "in use, in no RFC"],
  EPRT: ["Active data connections, IPv6 too.", "RFC 2428 §2"],
  EPSV: ["Passive data connections, IPv6 too.", "RFC 2428 §3"],
  HASH: ["Hashes of files; the star marks the algorithm in use.", "draft-bryan-ftpext-hash"],
  HOST: ["A client may say which of several servers it means.", "RFC 7151 §3.3"],
  MODE: ["Data may travel in this mode too; Z is deflated.", "draft-preston-ftpext-deflate"],
  XCRC: ["CRC-32 of files can be asked for.", "in use, in no RFC"],
  XMD5: ["MD5 of files can be asked for.", "in use, in no RFC"],
  XSHA: ["SHA-1 of files can be asked for.", "in use, in no RFC"],
  XSHA1: ["SHA-1 of files can be asked for.", "in use, in no RFC"],
  XSHA256: ["SHA-256 of files can be asked for.", "in use, in no RFC"],
  XSHA512: ["SHA-512 of files can be asked for.", "in use, in no RFC"],
  MDTM: ["The time of a file's last change can be asked for.", "RFC 3659 §3.3"],
  MFMT: ["The time of a file's last change can be set.", "draft-somers-ftp-mfxx"],
  MLST: ["Listings made for programs; stars mark the facts that are sent.", "RFC 3659 §7.8"],
  REST: ["Transfers can begin in the middle of a file.", "RFC 3659 §5.4"],
  SIZE: ["The size of a file can be asked for.", "RFC 3659 §4.3"],
  TVFS: ["Names are parted by slashes, as paths are elsewhere.", "RFC 3659 §6"],
  UTF8: ["Names are UTF-8.", "RFC 2640 §3.2"],
};
