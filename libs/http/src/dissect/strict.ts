/** What our own core says of a recorded head: one grammar judges both, so the inspector and the server agree. */
import { ReceiveBuffer, RemoteError } from "@socketscope/wire";
import { contentOf } from "../content.ts";
import { HeadScanner, headText, parseFieldLines, parseStatusLine, type HeadLines } from "../grammar.ts";
import { defaultHttpLimits } from "../limits.ts";
import { HttpServer } from "../server.ts";

/** Why a server of ours would refuse it, in its own words; undefined when it would not. `head`: with its blank line. */
export function requestProblem(head: Uint8Array): string | undefined {
  return refusalOf(() => {
    const server = new HttpServer({ date: () => "" });
    server.receive(head);
    server.next();
  });
}

export function responseProblem(head: Uint8Array): string | undefined {
  return refusalOf(() => {
    const { text, lines } = scan(head, true);
    const { version } = parseStatusLine(text.slice(0, lines.ends[0]));
    contentOf(parseFieldLines(text, lines, 1), version);
  });
}

/** `section`: field lines and the blank line. */
export function trailerProblem(section: Uint8Array): string | undefined {
  return refusalOf(() => {
    const { text, lines } = scan(section, false);
    parseFieldLines(text, lines, 0);
  });
}

function scan(octets: Uint8Array, startLine: boolean): { text: string; lines: HeadLines } {
  const buffer = new ReceiveBuffer();
  buffer.push(octets);
  const scanner = new HeadScanner();
  const length = scanner.scan(buffer, defaultHttpLimits, startLine) ?? octets.length;
  return { text: headText(buffer, length, scanner), lines: scanner };
}

function refusalOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RemoteError) return error.message;
    throw error;
  }
}
