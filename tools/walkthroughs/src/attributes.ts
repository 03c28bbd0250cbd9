/** The words after a fence's language, as in `console in=server timeout=5 reason="it never ends"`. */
import { WalkthroughError } from "./errors.ts";
import type { LeftOut } from "./step.ts";

export interface Attributes {
  /** The block's text is written to this file. */
  readonly file?: string;
  /** The terminal the block belongs to; without one it is the reader's own. */
  readonly in?: string;
  readonly timeout?: number;
  readonly needs?: readonly string[];
  readonly leftOut?: LeftOut;
}

/** One `name`, `name=value` or `name="value with blanks"`. */
const word = /\s*([a-z]+)(?:=(?:"([^"]*)"|([^\s"]+)))?(?=\s|$)/y;

const known = ["file", "in", "timeout", "needs", "skip", "platform", "reason"] as const;
type Name = (typeof known)[number];

/** Throws WalkthroughError SYNTAX, its message opened with `where`. */
export function readAttributes(text: string, where: string): Attributes {
  const words = readWords(text, where);
  const fail = (what: string): never => {
    throw new WalkthroughError("SYNTAX", `${where}: ${what}`);
  };
  const valued = (name: Name): string | undefined => {
    const value = words.get(name);
    return value === "" ? fail(`${name} needs a value`) : value;
  };
  const file = valued("file");
  const terminal = valued("in");
  const needs = valued("needs")?.split(/[\s,]+/);
  const timeout = valued("timeout");
  if (timeout !== undefined && !/^[1-9]\d{0,3}$/.test(timeout)) fail("timeout is a whole number of seconds");
  const leftOut = readLeftOut(words.has("skip"), valued("platform"), valued("reason"), fail);
  return {
    ...(file === undefined ? {} : { file }),
    ...(terminal === undefined ? {} : { in: terminal }),
    ...(timeout === undefined ? {} : { timeout: Number(timeout) }),
    ...(needs === undefined ? {} : { needs }),
    ...(leftOut === undefined ? {} : { leftOut }),
  };
}

function readWords(text: string, where: string): Map<Name, string> {
  const words = new Map<Name, string>();
  word.lastIndex = 0;
  let end = 0;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    end = word.lastIndex;
    const name = known.find((one) => one === found[1]);
    if (name === undefined) throw new WalkthroughError("SYNTAX", `${where}: there is no word ${found[1]}`);
    words.set(name, found[2] ?? found[3] ?? "");
  }
  const rest = text.slice(end).trim();
  if (rest !== "") throw new WalkthroughError("SYNTAX", `${where}: cannot read ${rest}`);
  return words;
}

function readLeftOut(
  skip: boolean,
  platform: string | undefined,
  reason: string | undefined,
  fail: (what: string) => never,
): LeftOut | undefined {
  if (!skip && platform === undefined) {
    return reason === undefined ? undefined : fail("reason belongs to skip or platform");
  }
  if (skip && platform !== undefined) fail("skip and platform exclude each other");
  // What nobody runs rots: whoever leaves a step out says why.
  if (reason === undefined) fail(`${skip ? "skip" : "platform"} needs a reason="…"`);
  return { except: platform?.split(",") ?? [], reason: reason ?? "" };
}
