/** What FEAT (RFC 2389 §3), HELP and STAT (RFC 959 §4.1.3) say of the server itself. */
import { commands, isVerb, verbs, type TransferVerb } from "./commands.ts";
import { factNames } from "./facts.ts";
import { hashAlgorithms, hashVerbs } from "./hash.ts";
import { reply, type Reply } from "./replies.ts";
import type { Standing } from "./server-command.ts";
import type { FtpSettings } from "./server-settings.ts";

/** RFC 2389 §3.2: one feature a line; only what is carried out. */
export function featReply({ settings, tls, ccc, modeZ, control }: Standing): Reply {
  const offers = tls || control === "tls";
  const features = [
    ...(offers ? ["AUTH TLS"] : []),
    ...(offers || control === "cleared" ? ["PBSZ", "PROT"] : []),
    "AVBL",
    ...(offers && ccc ? ["CCC"] : []),
    "CLNT",
    "EPRT",
    "EPSV",
    `HASH ${hashAlgorithms.map((name) => starred(name, name === settings.algorithm)).join(";")}`,
    // RFC 7151 §3.3.
    "HOST",
    "MDTM",
    "MFMT",
    // RFC 3659 §7.8: those that are sent have a star.
    `MLST ${factNames.map((name) => `${starred(name, settings.facts.includes(name))};`).join("")}`,
    ...(modeZ ? ["MODE Z"] : []),
    "REST STREAM",
    "SIZE",
    "TVFS",
    "UTF8",
    ...Object.keys(hashVerbs).map((verb) => `${verb} filename;from;to`),
  ];
  return reply(211, "Features:", ...features, "End");
}

function starred(name: string, on: boolean): string {
  return on ? `${name}*` : name;
}

/** RFC 959 §4.1.3: 214 of all commands, or of one. */
export function helpReply(about: string): Reply {
  const word = about.trim().toUpperCase();
  if (word === "") return reply(214, "Commands:", ...columns(verbs), "HELP and a command says how to use it");
  if (!isVerb(word)) return reply(501, "There is no such command");
  return reply(214, `Syntax: ${commands[word].form}`);
}

export const siteHelp: Reply = reply(
  214,
  "SITE commands:",
  "SITE CHMOD mode path",
  "SITE UTIME YYYYMMDDhhmm[ss] path",
  "SITE HELP",
  "Modes are octal, times are UTC",
);

function columns(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 8)
    lines.push(
      words
        .slice(at, at + 8)
        .map((word) => word.padEnd(5))
        .join(" ")
        .trimEnd(),
    );
  return lines;
}

/** STAT without a path: what this core knows of its session, one line each. */
export function statusLines(
  settings: FtpSettings,
  at: { readonly secure: boolean; readonly loggedIn: boolean; readonly transfer: TransferVerb | undefined },
): readonly string[] {
  const { user, representation, protection, prepared, offset, mode } = settings;
  return [
    at.loggedIn ? `Logged in as ${user ?? "?"}` : "Nobody is logged in",
    `Control connection: ${at.secure ? "TLS" : "in clear"}; data connections: ${protection === "P" ? "TLS" : "in clear"}`,
    `TYPE: ${representation === "A" ? "ASCII, FORM: non-print" : "Image"}; STRU: File; MODE: ${mode === "S" ? "Stream" : "Z, deflated"}`,
    at.transfer === undefined
      ? `No transfer runs${prepared === undefined ? "" : `; the next is ${prepared}`}`
      : `${at.transfer} runs`,
    ...(offset > 0 ? [`The next transfer begins at octet ${offset}`] : []),
  ];
}
