/**
 * The filter of page and terminal: terms with a blank between them, all of which must hold.
 *
 *     proto:smtp,http  code:5xx  bytes:>1M  client:curl  app:mail-relay  who:client  tls:yes  is:fault  "any text"  !…
 *     hex:0d0a  raw:"\\r\\n.\\r\\n"
 *
 * A message's words are at hand; its octets are not, and are looked for elsewhere: see octet-search.ts.
 */
import { type PatternFault, readHex, readRaw } from "./octet-pattern.ts";
import type { MessageView, SocketView } from "./views.ts";

/** Whether a message holds the octets with these hex digits. */
export type Holds = (message: MessageView, hex: string) => boolean;

type Test = (message: MessageView, socket: SocketView, holds: Holds) => boolean;

export interface Filter {
  /** As it was typed. */
  readonly text: string;
  /** Nothing is asked: all matches. */
  readonly empty: boolean;
  /** The byte searches in it, in hex digits. */
  readonly patterns: readonly string[];
  /** `holds` is asked where there are patterns; without it no message holds any. */
  matches(message: MessageView, socket: SocketView, holds?: Holds): boolean;
}

/** `at`: index of the character from which on the text cannot be read. */
export interface FilterFault {
  readonly at: number;
  readonly message: string;
}

const TERM = /(!?)(?:([a-z]+):)?(?:"([^"]*)"|([^\s"]+))/gy;

/** What may stand before a colon, and what it does. */
export const FILTER_WORDS = {
  proto: "protocols: proto:smtp,http",
  code: "reply or status codes: code:550, code:5xx",
  bytes: "octets of the message: bytes:>1M, bytes:<100",
  client: "the client's name holds it: client:curl",
  app: "the program: app:mail-relay",
  who: "the speaker: who:client, who:server",
  tls: "under TLS: tls:yes, tls:no",
  is: "is:fault (refuses or breaks a rule), is:derived, is:open",
  port: "either end's port: port:2525",
  hex: 'octets of the message: hex:0d0a, hex:"16 03 01"',
  raw: String.raw`text among its octets, as it is there: raw:"\r\n.\r\n", raw:\xff`,
} as const;

type Word = keyof typeof FILTER_WORDS;

export function parseFilter(text: string): Filter | FilterFault {
  const tests: Test[] = [];
  const patterns: string[] = [];
  let at = 0;
  while (at < text.length) {
    const blanks = /^\s+/.exec(text.slice(at))?.[0].length ?? 0;
    at += blanks;
    if (at >= text.length) break;
    TERM.lastIndex = at;
    const found = TERM.exec(text);
    if (found === null) return { at, message: 'a quotation mark is open: "like this"' };
    const [whole, not, word, quoted, bare] = found;
    const value = quoted ?? bare ?? "";
    const valueAt = at + whole.length - value.length - (quoted === undefined ? 0 : 1);
    // "proto:" alone would be looked for as text, and nothing found.
    const lacks = quoted === undefined && bare?.endsWith(":") === true ? bare.slice(0, -1) : "";
    if (isWord(lacks)) return { at: at + whole.length, message: FILTER_WORDS[lacks] };
    const test = testOf(word, value, patterns);
    if (typeof test === "string")
      return { at: word !== undefined && !isWord(word) ? at + (not ?? "").length : valueAt, message: test };
    if (typeof test === "object") return { at: valueAt + test.at, message: test.message };
    tests.push(not === "!" ? (...asked) => !test(...asked) : test);
    at += whole.length;
  }
  return {
    text,
    empty: tests.length === 0,
    patterns,
    matches: (message, socket, holds = NOTHING_HELD) => tests.every((test) => test(message, socket, holds)),
  };
}

const NOTHING_HELD: Holds = () => false;

function octetsTest(pattern: string | PatternFault, patterns: string[]): Test | PatternFault {
  if (typeof pattern === "object") return pattern;
  patterns.push(pattern);
  return (message, _, holds) => holds(message, pattern);
}

function isWord(word: string): word is Word {
  return Object.hasOwn(FILTER_WORDS, word);
}

/** A test, or what is wrong with the value. `patterns`: where it is written down what has to be looked for. */
function testOf(word: string | undefined, value: string, patterns: string[]): Test | PatternFault | string {
  if (word === undefined) {
    const wanted = value.toLowerCase();
    return ({ said, means }) => said.toLowerCase().includes(wanted) || means.toLowerCase().includes(wanted);
  }
  if (!isWord(word)) return `there is no ${word}: — try ${Object.keys(FILTER_WORDS).join(": ")}:`;
  switch (word) {
    case "proto": {
      const wanted = new Set(value.toLowerCase().split(","));
      return (message, socket) => wanted.has(message.protocol) || wanted.has(socket.protocol);
    }
    case "code":
      return codeTest(value);
    case "bytes":
      return bytesTest(value);
    case "client": {
      const wanted = value.toLowerCase();
      return (_, { client }) => client?.toLowerCase().includes(wanted) === true;
    }
    case "app":
      return (_, { app }) => app.includes(value);
    case "who":
      if (value !== "client" && value !== "server" && value !== "both") return "client, server or both";
      return ({ who }) => who === value;
    case "hex":
      return octetsTest(readHex(value), patterns);
    case "raw":
      return octetsTest(readRaw(value), patterns);
    case "tls":
      if (value !== "yes" && value !== "no") return "yes or no";
      return (_, { tls }) => (tls !== undefined) === (value === "yes");
    case "is":
      return isTest(value);
    case "port": {
      const port = Number(value);
      if (!Number.isInteger(port)) return "a number";
      return (_, { local, remote }) => local.port === port || remote.port === port;
    }
  }
}

function codeTest(value: string): Test | string {
  if (!/^[1-5](\d\d|xx)$/.test(value)) return "three digits, or a class such as 5xx";
  if (value.endsWith("xx")) {
    const family = Number(value[0]);
    return ({ code }) => code !== undefined && Math.floor(code / 100) === family;
  }
  const wanted = Number(value);
  return ({ code }) => code === wanted;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

function bytesTest(value: string): Test | string {
  const [, sign, digits, unit = ""] = /^([<>]?)(\d+)([kmg]?)$/i.exec(value) ?? [];
  if (digits === undefined) return "a number such as >1M, <100 or 42";
  const wanted = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  return ({ from, to }) =>
    sign === ">" ? to - from > wanted : sign === "<" ? to - from < wanted : to - from === wanted;
}

function isTest(value: string): Test | string {
  if (value === "fault") return ({ fault }) => fault;
  if (value === "derived") return ({ derived }) => derived !== undefined;
  if (value === "open") return (_, { closed }) => closed === undefined;
  return "fault, derived or open";
}
