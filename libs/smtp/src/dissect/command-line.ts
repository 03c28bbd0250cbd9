/** A line of a client, cut into its words, and what our own core would say of it. */
import {
  decodeLatin1,
  lineText,
  printableText,
  partsOfLine,
  RemoteError,
  type DissectedLine,
  type Range,
} from "@socketscope/wire";
import { commands, isVerb } from "../commands.ts";
import { decodeCommand, readCommand, type Standing } from "../server-command.ts";
import { defaultSmtpServerLimits } from "../server-limits.ts";

export interface CommandLine {
  /** In capitals; "" where there is no word. */
  readonly verb: string;
  readonly summary: string;
  readonly parts: readonly Range[];
  readonly problem: string | undefined;
  /** BDAT: octets behind this line. */
  readonly chunk: number | undefined;
}

type Piece = readonly [name: string, octets: number];

export function readCommandLine(line: DissectedLine): CommandLine {
  const text = lineText(line.octets);
  const verb = (/^\S*/.exec(text)?.[0] ?? "").toUpperCase();
  const [, digits] = /^BDAT (\d{1,15})(?: LAST)?\s*$/i.exec(text) ?? [];
  return {
    verb,
    summary: line.octets.length === 0 ? `a line of ${line.to - line.from} octets` : summaryOf(text, verb),
    parts: partsOfLine(
      line,
      piecesOf(decodeLatin1(line.octets), verb),
      line.octets.length === 0 ? "unparsed" : "text",
    ),
    problem: line.problem ?? problemOf(line.octets, verb),
    chunk: digits === undefined ? undefined : Number(digits),
  };
}

/** A line of an AUTH exchange (RFC 4954 §4): what it holds is nobody's business. */
export function readResponseLine(line: DissectedLine): Omit<CommandLine, "verb" | "chunk"> {
  const cancels = line.octets.length === 1 && line.octets[0] === 0x2a;
  return {
    summary: cancels ? "* (gives up)" : "the answer to the challenge, in base64",
    parts: partsOfLine(line, [], cancels ? "cancel" : "secret"),
    problem: line.problem,
  };
}

/** A password stands in no summary. */
function summaryOf(text: string, verb: string): string {
  const [, shown] = verb === "AUTH" ? (/^(\S+ +\S+) +\S/.exec(text) ?? []) : [];
  return printableText(shown === undefined ? text.trimEnd() : `${shown} ····`);
}

/** RFC 5321 §4.1.1: verb, a blank, the rest; of MAIL and RCPT the path and each parameter, of AUTH the mechanism. `text`: a letter for each octet, so that lengths are octets. */
function piecesOf(text: string, verb: string): readonly Piece[] {
  const words = text.match(/ +|[^ ]+/g) ?? [];
  const pieces: Piece[] = [];
  let behind = 0;
  for (const word of words) {
    const octets = word.length;
    if (word.startsWith(" ")) pieces.push(["blank", octets]);
    else pieces.push(...wordPieces(word, octets, verb, behind++));
  }
  return pieces;
}

/** `at`: 0 for the verb. */
function wordPieces(word: string, octets: number, verb: string, at: number): readonly Piece[] {
  if (at === 0) return [["verb", octets]];
  if (verb === "AUTH") return [[at === 1 ? "mechanism" : "secret", octets]];
  if (verb === "BDAT") return [[at === 1 ? "octets" : "last", octets]];
  if (verb === "EHLO" || verb === "HELO") return [["domain", octets]];
  if (verb !== "MAIL" && verb !== "RCPT") return [["argument", octets]];
  const [, keyword, path] = /^(FROM:|TO:)(.*)$/i.exec(word) ?? [];
  const pathName = verb === "MAIL" ? "reverse-path" : "forward-path";
  if (at === 1 && keyword !== undefined)
    return [
      ["keyword", keyword.length],
      [pathName, (path ?? "").length],
    ];
  if (word.startsWith("<")) return [[pathName, octets]];
  return [[`parameter ${printableText(word.split("=")[0] ?? "").toUpperCase()}`, octets]];
}

/** All is offered, and nothing is out of order: what remains is wrong in itself. */
function problemOf(octets: Uint8Array, verb: string): string | undefined {
  const text = decodeCommand(octets);
  if (text === undefined) return "that is no text";
  // RFC 5321 §3.5.1: a client may ask, though we have no lists.
  if (verb === "EXPN") return undefined;
  const standing: Standing = {
    state: isVerb(verb) ? (commands[verb].legalIn[0] ?? "ready") : "ready",
    offer: { hostname: "", startTls: true, mechanisms: [mechanismOf(text)], size: Infinity },
    limits: defaultSmtpServerLimits,
    extended: true,
    authenticated: false,
    recipients: 0,
  };
  try {
    const event = readCommand(text, octets.length + 2, standing);
    return event.type === "refused" ? event.reply.lines.join(" ") : undefined;
  } catch (error) {
    if (error instanceof RemoteError) return error.message;
    throw error;
  }
}

function mechanismOf(text: string): string {
  return (text.split(" ")[1] ?? "").toUpperCase();
}
