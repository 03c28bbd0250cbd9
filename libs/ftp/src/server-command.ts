/** One line of a client as the event it means, or as the refusal it gets: RFC 959 §4.1, §5.3, §5.4. */
import { RemoteError } from "@socketscope/wire";
import {
  canonical,
  commands,
  isVerb,
  notCarriedOut,
  type CanonicalVerb,
  type FtpState,
  type TransferVerb,
  type Verb,
} from "./commands.ts";
import { reply, type Reply } from "./replies.ts";
import { meaning, refused, type Meaning } from "./server-meaning.ts";
import { dataCommand, transferCommand } from "./server-data.ts";
import { fileCommand } from "./server-files.ts";
import type { FtpServerAction } from "./server-events.ts";
import { featReply, helpReply, siteHelp, statusLines } from "./server-help.ts";
import { setOptions } from "./server-opts.ts";
import type { FtpSettings } from "./server-settings.ts";
import { parseListArgument } from "./grammar.ts";

/** As the session stands. */
export interface Standing {
  readonly state: FtpState;
  readonly settings: FtpSettings;
  /** AUTH TLS is offered. */
  readonly tls: boolean;
  /** MODE Z is offered. */
  readonly modeZ: boolean;
  /** CCC is obeyed. */
  readonly ccc: boolean;
  /** The control connection. "cleared": it was under TLS, until CCC. */
  readonly control: "clear" | "tls" | "cleared";
  /** Of the control connection: 4 or 6. */
  readonly family: 4 | 6;
  readonly transfer: TransferVerb | undefined;
}

export interface CommandLine {
  /** Upper case; not always one we know. */
  readonly word: string;
  /** Behind exactly one blank: a name may begin with others. */
  readonly argument: string;
}

export function splitCommand(text: string): CommandLine {
  const blank = text.indexOf(" ");
  return blank < 0
    ? { word: text.toUpperCase(), argument: "" }
    : { word: text.slice(0, blank).toUpperCase(), argument: text.slice(blank + 1) };
}

/** Throws RemoteError for a client of another protocol. */
export function readCommand({ word, argument }: CommandLine, text: string, at: Standing): Meaning {
  if (!isVerb(word)) return unknown(word, text);
  const rule = commands[word];
  const order = outOfOrder(word, at);
  if (order !== undefined) return refused(word, order);
  if (rule.argument === "none" && argument.trim() !== "")
    return refused(word, reply(501, `${word} stands alone`));
  if (rule.argument === "required" && argument === "") return refused(word, reply(501, `Say ${rule.form}`));
  return (
    carryOut(canonical(word), argument, at) ?? refused(word, reply(502, `${word} is not carried out here`))
  );
}

function outOfOrder(verb: Verb, { state }: Standing): Reply | undefined {
  const legalIn: readonly FtpState[] = commands[verb].legalIn;
  if (legalIn.includes(state)) return undefined;
  if (verb === "PASS") return reply(503, state === "start" ? "Say USER first" : "You are logged in");
  if (verb === "HOST") return reply(503, "Say HOST before USER");
  if (verb === "RNTO" && state === "ready") return reply(503, "Say RNFR first");
  return reply(530, "Log in first");
}

function carryOut(verb: CanonicalVerb, argument: string, at: Standing): Meaning {
  switch (verb) {
    case "USER":
      return meaning(
        { type: "user", name: argument, reply: reply(331, "Now the password") },
        { user: argument },
      );
    case "PASS":
      return meaning({ type: "login", user: at.settings.user ?? "", password: argument });
    case "REIN":
      return meaning({ type: "reinitialize", reply: reply(220, "Begin anew") });
    case "QUIT":
      return meaning({ type: "quit", reply: reply(221, "Bye") });
    case "ABOR":
      return abort(at);
    case "STAT":
      return status(argument, at);
    case "HOST":
      return host(argument.trim());
    case "AUTH":
      return authenticate(argument, at);
    case "CCC":
      return clearControl(at);
    case "PBSZ":
      return bufferSize(argument, at);
    case "PROT":
      return protection(argument, at);
    case "OPTS":
      return setOptions(argument, at.settings, at.modeZ);
    case "ACCT":
    case "NOOP":
    case "SYST":
    case "CLNT":
    case "HELP":
    case "FEAT":
    case "SMNT":
      return saying(verb, argument, at);
    case "PORT":
    case "EPRT":
    case "PASV":
    case "EPSV":
    case "TYPE":
    case "STRU":
    case "MODE":
    case "REST":
    case "ALLO":
      return dataCommand(verb, argument, at);
    case "RETR":
    case "STOR":
    case "STOU":
    case "APPE":
    case "LIST":
    case "NLST":
    case "MLSD":
      return transferCommand(verb, argument, at);
    case "CWD":
    case "CDUP":
    case "PWD":
    case "MLST":
    case "SIZE":
    case "MDTM":
    case "MFMT":
    case "RNFR":
    case "RNTO":
    case "DELE":
    case "MKD":
    case "RMD":
    case "HASH":
    case "XCRC":
    case "XMD5":
    case "XSHA":
    case "XSHA1":
    case "XSHA256":
    case "XSHA512":
    case "AVBL":
    case "SITE":
      return fileCommand(verb, argument, at);
  }
}

type SayingVerb = "ACCT" | "NOOP" | "SYST" | "CLNT" | "HELP" | "FEAT" | "SMNT";

/** What is answered from what the core knows. */
function saying(verb: SayingVerb, argument: string, at: Standing): Meaning {
  const answer = ((): Reply => {
    switch (verb) {
      case "ACCT":
        // RFC 959 §5.4: 202 where accounts mean nothing.
        return reply(202, "There are no accounts to charge here");
      case "NOOP":
        return reply(200, "Still here");
      case "SYST":
        return reply(215, "UNIX Type: L8");
      case "CLNT":
        return reply(200, "Good to know");
      case "HELP":
        return /^site$/i.test(argument.trim()) ? siteHelp : helpReply(argument);
      case "FEAT":
        return featReply(at);
      case "SMNT":
        return reply(502, "There is one file system here, and it is mounted");
    }
  })();
  return answer.code >= 500 ? refused(verb, answer) : meaning({ type: "said", verb, reply: answer });
}

/** RFC 959 §5.4: 226 where a transfer was broken off, 225 where none ran. */
function abort({ transfer }: Standing): Meaning {
  const answer =
    transfer === undefined ? reply(225, "No transfer runs") : reply(226, "The transfer was broken off");
  return meaning({ type: "abort", transfer, reply: answer }, { prepared: undefined });
}

function status(argument: string, at: Standing): Meaning {
  const { settings, transfer, control, state } = at;
  const loggedIn = state === "ready" || state === "rename";
  const { flags, path } = parseListArgument(argument);
  if (argument !== "" && !loggedIn) return refused("STAT", reply(530, "Log in first"));
  const lines = statusLines(settings, { secure: control === "tls", loggedIn, transfer });
  return meaning({ type: "status", path, flags, argument, transfer, lines });
}

/** RFC 7151 §3.1: a name, an IPv4 address, or an IPv6 address in brackets. */
function host(argument: string): Meaning {
  const name = /^\[(.+)\]$/.exec(argument)?.[1] ?? argument;
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(name)) return refused("HOST", reply(501, "This is no host's name"));
  return meaning({ type: "host", name, reply: reply(220, `This is ${name}`) });
}

/** RFC 4217 §4; RFC 2228 §3: 504 for a mechanism that is not known. */
function authenticate(argument: string, { tls, control }: Standing): Meaning {
  if (control === "tls") return refused("AUTH", reply(503, "This is TLS already"));
  if (control === "cleared") return refused("AUTH", reply(503, "TLS was ended by CCC: connect anew"));
  if (!tls) return refused("AUTH", reply(502, "There is no TLS to begin here"));
  // RFC 4217 §2: "TLS-C" is its other name; "SSL" and "TLS-P" would mean protected data at once.
  if (!/^TLS(?:-C)?$/i.test(argument.trim())) return refused("AUTH", reply(504, "Say AUTH TLS"));
  return meaning({ type: "secure", reply: reply(234, "Go on under TLS") });
}

/** RFC 2228 §3: 533 where the command itself is in clear, 534 where TLS is not to be left, 503 where there was none. */
function clearControl({ ccc, control }: Standing): Meaning {
  if (control === "clear") return refused("CCC", reply(503, "Say AUTH TLS first"));
  if (control === "cleared") return refused("CCC", reply(533, "This is in clear already"));
  if (!ccc) return refused("CCC", reply(534, "Commands stay under TLS here"));
  return meaning({ type: "clear", reply: reply(200, "Commands are in clear from here on") });
}

/** RFC 4217 §8, §9: there is no PBSZ without AUTH, and TLS has no buffer to size: it is 0 whatever was asked for. */
function bufferSize(argument: string, { control }: Standing): Meaning {
  if (control === "clear") return refused("PBSZ", reply(503, "Say AUTH TLS first"));
  if (!/^\d{1,10}$/.test(argument)) return refused("PBSZ", reply(501, "Say PBSZ 0"));
  return meaning({ type: "said", verb: "PBSZ", reply: reply(200, "PBSZ=0") }, { buffer: true });
}

/** RFC 2228 §3, RFC 4217 §9. */
function protection(argument: string, at: Standing): Meaning {
  const level = argument.trim().toUpperCase();
  if (!at.settings.buffer) return refused("PROT", reply(503, "Say PBSZ 0 first"));
  if (level === "S" || level === "E") return refused("PROT", reply(536, "TLS knows C and P only"));
  if (level !== "C" && level !== "P") return refused("PROT", reply(504, "Say PROT C or PROT P"));
  const text = level === "P" ? "Data connections are under TLS" : "Data connections are in clear";
  return meaning({ type: "protection", level, reply: reply(200, text) }, { protection: level });
}

const HTTP = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"]);

function unknown(word: string, text: string): Meaning {
  // A page made a browser send a form to us: what it sends next would be commands of its choice.
  if (HTTP.has(word) && / HTTP\/\d/.test(text)) {
    throw new RemoteError<FtpServerAction>("FTP_HTTP", "an HTTP client", {
      type: "reply",
      reply: reply(421, "This speaks FTP, not HTTP"),
    });
  }
  const shown = word.slice(0, 20).replaceAll(/[^!-~]/g, "?");
  // RFC 959 §5.4: 502 is for what is known and not carried out.
  if (notCarriedOut.has(word)) return refused(shown, reply(502, `${shown} is not carried out here`));
  return refused(
    shown,
    reply(500, shown === "" ? "An empty line is no command" : `No such command: ${shown}`),
  );
}
