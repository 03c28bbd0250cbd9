/** A line of a client and the first line of an answer, cut into their words (RFC 1939 §3, RFC 2449 §8, RFC 5034 §4). */
import {
  decodeLatin1,
  lineText,
  partsOfLine,
  printableText,
  type DissectedLine,
  type Range,
} from "@socketscope/wire";
import { commands, isVerb } from "../commands.ts";
import { scanStatus } from "../responses.ts";

export interface ReadLine {
  readonly summary: string;
  readonly parts: readonly Range[];
  readonly problem: string | undefined;
}

export interface CommandLine extends ReadLine {
  /** In capitals; "" where there is no word. */
  readonly verb: string;
  readonly hasArgument: boolean;
}

/** What the words behind each verb are; the last name serves all that come after. "secret" is nobody's business. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  USER: ["name"],
  PASS: ["secret"],
  APOP: ["name", "secret"],
  AUTH: ["mechanism", "secret"],
  LIST: ["message number"],
  UIDL: ["message number"],
  RETR: ["message number"],
  DELE: ["message number"],
  TOP: ["message number", "lines"],
};

export function readCommandLine(line: DissectedLine): CommandLine {
  const text = lineText(line.octets);
  const [, word = "", rest = ""] = /^(\S*) *(.*)$/s.exec(text) ?? [];
  const verb = word.toUpperCase();
  const pieces = piecesOf(decodeLatin1(line.octets), verb);
  const shown =
    text.length === 0 ? `a line of ${line.to - line.from} octets` : printableText(summaryOf(text, verb));
  return {
    verb,
    hasArgument: rest.trim() !== "",
    summary: shown,
    parts: partsOfLine(line, pieces, text.length === 0 ? "unparsed" : "text"),
    problem: line.problem ?? problemOf(verb, rest),
  };
}

/** RFC 5034 §4: what answers a challenge. */
export function readResponseLine(line: DissectedLine): ReadLine {
  const cancels = line.octets.length === 1 && line.octets[0] === 0x2a;
  return {
    summary: cancels ? "* (gives up)" : "the answer to the challenge, in base64",
    parts: partsOfLine(line, [], cancels ? "cancel" : "secret"),
    problem: line.problem,
  };
}

export interface StatusLine extends ReadLine {
  readonly status: "+OK" | "-ERR" | "+";
}

/** Undefined where it is no answer's first line. */
export function readStatusLine(line: DissectedLine): StatusLine | undefined {
  const text = lineText(line.octets);
  const words = scanStatus(text);
  if (words === undefined) return undefined;
  const { status, blank, code } = words;
  const pieces: (readonly [string, number])[] = [
    ["status", status.length],
    ["blank", blank],
  ];
  if (code !== undefined) pieces.push(["response code", code.length]);
  const summary = status === "+" ? "+ (a challenge, in base64)" : printableText(text);
  return {
    status,
    summary,
    parts: partsOfLine(line, pieces, status === "+" ? "challenge" : "text"),
    problem: line.problem,
  };
}

/** `text`: a letter for each octet, so that lengths are octets. */
function piecesOf(text: string, verb: string): readonly (readonly [string, number])[] {
  const names = ARGUMENTS[verb] ?? ["argument"];
  let behind = 0;
  // RFC 1939 §7: a password may hold blanks.
  const words =
    verb === "PASS" ? (/^(\S+)( )(.*)$/s.exec(text)?.slice(1) ?? [text]) : (text.match(/ +|[^ ]+/g) ?? []);
  return words.map((word, at) => {
    const isBlank = verb === "PASS" ? at === 1 : word.startsWith(" ");
    const name = isBlank
      ? "blank"
      : behind === 0
        ? "verb"
        : (names[behind - 1] ?? names.at(-1) ?? "argument");
    if (!isBlank) behind++;
    return [name, word.length] as const;
  });
}

function summaryOf(text: string, verb: string): string {
  if (verb === "PASS") return "PASS ····";
  const [, shown] = verb === "AUTH" || verb === "APOP" ? (/^(\S+ +\S+) +\S/.exec(text) ?? []) : [];
  return shown === undefined ? text.trimEnd() : `${shown} ····`;
}

function problemOf(verb: string, rest: string): string | undefined {
  if (!isVerb(verb)) return "no command that our server knows";
  const { arguments: takes } = commands[verb];
  const count = rest.split(" ").filter((word) => word !== "").length;
  if (takes === "rest") return count === 0 ? `${verb} wants an argument` : undefined;
  const [least, most] = takes;
  return count < least || count > most ? `${verb} takes other arguments` : undefined;
}
