/** What our own core says of a recorded head: one grammar judges both, so the inspector and the server agree. */
import { ReceiveBuffer, RemoteError } from "@socketscope/wire";
import { contentOf } from "../content.ts";
import { HeadScanner, headText, parseFieldLines, parseStatusLine } from "../grammar.ts";
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
    const { text, lineEnds } = scan(head, true);
    const { version } = parseStatusLine(text.slice(0, lineEnds[0]));
    contentOf(parseFieldLines(text, lineEnds, 1), version);
  });
}

/** `section`: field lines and the blank line. */
export function trailerProblem(section: Uint8Array): string | undefined {
  return refusalOf(() => {
    const { text, lineEnds } = scan(section, false);
    parseFieldLines(text, lineEnds, 0);
  });
}

function scan(octets: Uint8Array, startLine: boolean): { text: string; lineEnds: readonly number[] } {
  const buffer = new ReceiveBuffer();
  buffer.push(octets);
  const scanner = new HeadScanner();
  const length = scanner.scan(buffer, defaultHttpLimits, startLine) ?? octets.length;
  return { text: headText(buffer, length, scanner.lineEnds), lineEnds: scanner.lineEnds };
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
