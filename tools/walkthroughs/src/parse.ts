/** A Markdown file as steps. Only blocks in the language `console`, or with `file=`, are taken. */
import { type Attributes, readAttributes } from "./attributes.ts";
import { WalkthroughError } from "./errors.ts";
import { type Fence, readFences, readMarker } from "./fences.ts";
import type { Expected, Step, Walkthrough } from "./step.ts";

/** Seconds a step may take unless its block or its file says otherwise. */
export const defaultTimeout = 120;

/** Throws WalkthroughError SYNTAX with file and line. `path` only names the file. */
export function parseWalkthrough(path: string, text: string): Walkthrough {
  const marker = readMarker(text);
  const file = marker === undefined ? {} : readAttributes(marker.info, `${path}:${marker.line}`);
  const steps = readFences(text).flatMap((fence) => {
    const where = `${path}:${fence.line}`;
    const writes = /(^|\s)file=/.test(fence.info);
    if (fence.language !== "console" && !writes) return [];
    const block = { ...file, ...readAttributes(fence.info, where) };
    return block.file === undefined ? readConsole(fence, block, path) : [fileStep(fence, block, block.file)];
  });
  return { path, steps };
}

function common(block: Attributes, line: number) {
  return {
    line,
    timeout: block.timeout ?? defaultTimeout,
    needs: block.needs ?? [],
    ...(block.leftOut === undefined ? {} : { leftOut: block.leftOut }),
  };
}

function fileStep(fence: Fence, block: Attributes, path: string): Step {
  const content = fence.lines.map((line) => `${line}\n`).join("");
  return { kind: "file", ...common(block, fence.line), path, content };
}

/** One command with what follows it, or the lines before the first one. */
interface Part {
  readonly line: number;
  readonly head: string | undefined;
  readonly rest: readonly string[];
}

function readConsole(fence: Fence, block: Attributes, path: string): Step[] {
  const parts = split(fence);
  if (parts.length === 0) throw new WalkthroughError("SYNTAX", `${path}:${fence.line}: the block is empty`);
  return parts.map((part) => readPart(part, block, path));
}

function split(fence: Fence): Part[] {
  const parts: { line: number; head: string | undefined; rest: string[] }[] = [];
  for (const [at, text] of fence.lines.entries()) {
    const line = fence.line + 1 + at;
    const current = parts.at(-1);
    if (text.startsWith("$ ") || text === "^C") parts.push({ line, head: text, rest: [] });
    else if (current === undefined) parts.push({ line, head: undefined, rest: [text] });
    else current.rest.push(text);
  }
  return parts;
}

function readPart({ line, head, rest }: Part, block: Attributes, path: string): Step {
  const fail = (what: string): never => {
    throw new WalkthroughError("SYNTAX", `${path}:${line}: ${what}`);
  };
  const shared = common(block, line);
  if (head === undefined) {
    const terminal = block.in ?? fail("output comes before any command");
    return { kind: "shows", ...shared, terminal, expected: expectedFrom(line, rest) };
  }
  if (head === "^C") {
    const terminal = block.in ?? fail("^C belongs to another terminal: in=NAME");
    const { status, statusLine, expected } = readResult(line + 1, rest, fail);
    // A program's own status, or 128 + SIGINT, or what npm makes of it: of no interest unless it is written down.
    const judged = statusLine === undefined ? {} : { status, statusLine };
    return { kind: "interrupt", ...shared, terminal, expected, ...judged };
  }
  const continued = rest.findIndex((text) => text !== ">" && !text.startsWith("> "));
  const length = continued === -1 ? rest.length : continued;
  const command = [head.slice(2), ...rest.slice(0, length).map((text) => text.slice(2))].join("\n");
  const result = readResult(line + 1 + length, rest.slice(length), fail);
  if (block.in === undefined) return { kind: "command", ...shared, command, ...result };
  if (result.statusLine !== undefined) fail("a command in another terminal goes on: it has no status yet");
  return { kind: "open", ...shared, terminal: block.in, command, expected: result.expected };
}

function readResult(line: number, lines: readonly string[], fail: (what: string) => never) {
  const [first = "", ...others] = lines;
  if (!/^\? ?/.test(first)) return { status: 0, expected: expectedFrom(line, lines) };
  const status = /^\? (\d{1,3})$/.exec(first)?.[1] ?? fail(`${first} is no exit status: ? 0 to ? 255`);
  return { status: Number(status), statusLine: line, expected: expectedFrom(line + 1, others) };
}

/** Blank lines at the end part the commands of a block for the eye. */
function expectedFrom(line: number, lines: readonly string[]): Expected {
  const last = lines.findLastIndex((text) => text.trim() !== "");
  return { line, lines: lines.slice(0, last + 1) };
}
