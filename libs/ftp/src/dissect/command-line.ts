/** A line of a client, cut into its words (RFC 959 §5.3), with what Telnet left in front of it. */
import {
  decodeLatin1,
  lineText,
  partsOfLine,
  printableText,
  type DissectedLine,
  type Range,
} from "@socketscope/wire";
import { commands, isVerb, notCarriedOut } from "../commands.ts";

export interface CommandLine {
  /** In capitals; "" where there is no word. */
  readonly verb: string;
  readonly argument: string;
  readonly summary: string;
  readonly parts: readonly Range[];
  readonly problem: string | undefined;
}

/** What the argument of each is; "secret" is nobody's business. Without a name: "argument". */
const ARGUMENTS: Readonly<Record<string, string>> = {
  USER: "name",
  PASS: "secret",
  ACCT: "secret",
  ADAT: "secret",
  PORT: "address",
  EPRT: "address",
  REST: "offset",
  ...Object.fromEntries(
    "CWD XCWD RETR STOR STOU APPE LIST NLST MLSD MLST RNFR RNTO DELE RMD XRMD MKD XMKD SIZE MDTM HASH AVBL STAT SMNT"
      .split(" ")
      .map((verb) => [verb, "path"]),
  ),
};

export function readCommandLine(line: DissectedLine): CommandLine {
  const { octets } = line;
  const signals = signalsBefore(octets);
  // A letter for each octet, so that lengths are octets.
  const raw = decodeLatin1(octets, signals);
  const [, word = "", blank = ""] = /^([^ ]*)( ?)/.exec(raw) ?? [];
  const verb = word.toUpperCase();
  const argument = lineText(octets.subarray(signals + word.length + blank.length));
  const pieces: (readonly [string, number])[] = [
    ["Telnet signals", signals],
    ["verb", word.length],
    ["blank", blank.length],
    [ARGUMENTS[verb] ?? "argument", raw.length - word.length - blank.length],
  ];
  const shown = ARGUMENTS[verb] === "secret" && argument !== "" ? "····" : argument;
  return {
    verb,
    argument,
    summary:
      octets.length === 0
        ? `a line of ${line.to - line.from} octets`
        : printableText(`${verb} ${shown}`.trimEnd()),
    parts: partsOfLine(line, pieces, "unparsed"),
    problem: line.problem ?? problemOf(verb, argument),
  };
}

/** RFC 854: IP, DM and IAC in front of ABOR; no command begins with such an octet. */
export function signalsBefore(octets: Uint8Array): number {
  let count = 0;
  while ((octets[count] ?? 0) >= 240) count++;
  return count;
}

function problemOf(verb: string, argument: string): string | undefined {
  if (!isVerb(verb)) return notCarriedOut.has(verb) ? undefined : "no command that our server knows";
  const { argument: takes } = commands[verb];
  if (takes === "required" && argument === "") return `${verb} wants an argument`;
  return takes === "none" && argument.trim() !== "" ? `${verb} stands alone` : undefined;
}
