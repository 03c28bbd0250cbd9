/** Commands about files and folders that need no data connection: RFC 959 §4.1.3, RFC 3659 §3, §4, §7, SITE, MFMT, HASH and its older kin, AVBL. */
import { parseTime } from "./facts.ts";
import { hashVerbs, parseHashedRange, type HashVerb } from "./hash.ts";
import { reply } from "./replies.ts";
import type { Standing } from "./server-command.ts";
import { siteHelp } from "./server-help.ts";
import { meaning, refused, type Meaning } from "./server-meaning.ts";

export type FileVerb =
  | ("CWD" | "CDUP" | "PWD" | "MKD" | "RMD")
  | ("MLST" | "SIZE" | "MDTM" | "MFMT" | "HASH" | "AVBL")
  | ("RNFR" | "RNTO" | "DELE" | "SITE")
  | HashVerb;

export function fileCommand(verb: FileVerb, argument: string, { settings }: Standing): Meaning {
  const path = argument;
  const orNone = argument === "" ? undefined : argument;
  switch (verb) {
    case "CWD":
      return meaning({ type: "enter", path });
    case "CDUP":
      return meaning({ type: "enter", path: ".." });
    case "PWD":
      return meaning({ type: "where" });
    case "MLST":
      return meaning({ type: "describe", path: orNone, facts: settings.facts });
    case "SIZE":
      return meaning({ type: "size", path, representation: settings.representation });
    case "MDTM":
      return meaning({ type: "modified", path });
    case "MFMT":
      return touch(verb, argument);
    case "RNFR":
      return meaning({ type: "renaming", path }, { renaming: path });
    case "RNTO":
      return meaning({ type: "rename", from: settings.renaming ?? "", to: path });
    case "DELE":
      return meaning({ type: "delete", path });
    case "MKD":
      return meaning({ type: "make", path });
    case "RMD":
      return meaning({ type: "remove", path });
    case "HASH":
      return meaning({ type: "hash", by: verb, algorithm: settings.algorithm, path, from: 0, to: undefined });
    case "XCRC":
    case "XMD5":
    case "XSHA":
    case "XSHA1":
    case "XSHA256":
    case "XSHA512":
      return hashed(verb, argument);
    case "AVBL":
      return meaning({ type: "available", path: orNone });
    case "SITE":
      return site(argument);
  }
}

/** `MFMT 20260101120000 path`: the draft's words are those of MDTM (RFC 3659 §3). */
function touch(verb: "MFMT", argument: string): Meaning {
  const [, text = "", path = ""] = /^(\S+) (.+)$/.exec(argument) ?? [];
  const time = parseTime(text);
  if (time === undefined || path === "")
    return refused(verb, reply(501, "Say MFMT YYYYMMDDhhmmss file, in UTC"));
  return meaning({ type: "touch", by: "MFMT", path, time, text });
}

function hashed(verb: HashVerb, argument: string): Meaning {
  const range = parseHashedRange(argument);
  if (range === undefined) return refused(verb, reply(501, `Say ${verb} "file" from to`));
  return meaning({ type: "hash", by: verb, algorithm: hashVerbs[verb], ...range });
}

function site(argument: string): Meaning {
  const [, word = "", rest = ""] = /^(\S+)(?: (.*))?$/.exec(argument) ?? [];
  switch (word.toUpperCase()) {
    case "HELP":
      return meaning({ type: "said", verb: "SITE", reply: siteHelp });
    case "CHMOD": {
      const [, mode = "", path] = /^(0?[0-7]{1,4}) (.+)$/.exec(rest) ?? [];
      if (path === undefined)
        return refused("SITE CHMOD", reply(501, "Say SITE CHMOD mode path, the mode octal"));
      return meaning({ type: "mode", path, mode: Number.parseInt(mode, 8) });
    }
    case "UTIME":
      return utime(rest);
    default:
      // RFC 959 §5.4: 504 for a parameter that is not carried out; SITE HELP lists those that are.
      return refused("SITE", reply(504, "There is no such SITE command; SITE HELP lists them"));
  }
}

/** Both forms in use: `UTIME YYYYMMDDhhmm[ss] path`, and `UTIME path access modify create UTC`. */
function utime(rest: string): Meaning {
  const long = /^(.+) (\d{12,14}) (\d{12,14}) (\d{12,14}) UTC$/i.exec(rest);
  const short = /^(\d{12}(?:\d\d)?) (.+)$/.exec(rest);
  const [path, text] = long === null ? [short?.[2], short?.[1]] : [long[1], long[3]];
  const time = text === undefined ? undefined : parseTime(text.padEnd(14, "0"));
  if (path === undefined || text === undefined || time === undefined)
    return refused("SITE UTIME", reply(501, "Say SITE UTIME YYYYMMDDhhmm[ss] path, in UTC"));
  return meaning({ type: "touch", by: "UTIME", path, time, text });
}
