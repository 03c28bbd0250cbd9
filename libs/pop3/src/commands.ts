/** The commands of RFC 1939, RFC 2449 (CAPA), RFC 2595 (STLS) and RFC 5034 (AUTH): where each is legal, what it takes. */

/** RFC 1939 §3: "authorization", "transaction" and "update" are its states; the others are ours between two answers. */
export type Pop3State = "greeting" | "authorization" | "challenge" | "transaction" | "tls" | "closed";

export interface CommandRule {
  readonly legalIn: readonly Pop3State[];
  /** How many arguments; "rest" is one that may hold blanks. */
  readonly arguments: readonly [least: number, most: number] | "rest";
}

const BEFORE: readonly Pop3State[] = ["authorization"];
const AFTER: readonly Pop3State[] = ["transaction"];
const BOTH: readonly Pop3State[] = ["authorization", "transaction"];

export const commands = {
  USER: { legalIn: BEFORE, arguments: "rest" },
  PASS: { legalIn: BEFORE, arguments: "rest" },
  AUTH: { legalIn: BEFORE, arguments: [0, 2] },
  STLS: { legalIn: BEFORE, arguments: [0, 0] },
  CAPA: { legalIn: BOTH, arguments: [0, 0] },
  QUIT: { legalIn: BOTH, arguments: [0, 0] },
  STAT: { legalIn: AFTER, arguments: [0, 0] },
  LIST: { legalIn: AFTER, arguments: [0, 1] },
  UIDL: { legalIn: AFTER, arguments: [0, 1] },
  RETR: { legalIn: AFTER, arguments: [1, 1] },
  TOP: { legalIn: AFTER, arguments: [2, 2] },
  DELE: { legalIn: AFTER, arguments: [1, 1] },
  NOOP: { legalIn: AFTER, arguments: [0, 0] },
  RSET: { legalIn: AFTER, arguments: [0, 0] },
} as const satisfies Record<string, CommandRule>;

export type Verb = keyof typeof commands;

export function isVerb(word: string): word is Verb {
  return Object.hasOwn(commands, word);
}
