/** Two conversations side by side, aligned by message: what both said, what one said in other words, what only one said. */
import type { MessageView } from "./views.ts";

/** "same": the same words · "words": the same kind and code, other words · "meaning": another code or command · "left", "right": on one side only. */
export type Alike = "same" | "words" | "meaning" | "left" | "right";

export interface Row {
  readonly alike: Alike;
  readonly left?: MessageView;
  readonly right?: MessageView;
}

/** Messages of one side that are aligned; of longer conversations the first ones. */
export const MAX_COMPARED = 2000;

/** What a message is whatever its words: two with the same stand in one row. */
function kindOf({ who, kind, code, said, derived }: MessageView): string {
  if (derived !== undefined) return `event ${derived}`;
  if (code !== undefined) return `${who} ${code}`;
  const verb = kind === "command" || kind === "request" ? (/^\S+/.exec(said)?.[0] ?? "") : "";
  return `${who} ${kind} ${verb.toUpperCase()}`;
}

/** A longest common sequence by kind; between its rows what is left of one speaker's stands side by side. */
export function align(left: readonly MessageView[], right: readonly MessageView[]): readonly Row[] {
  const [a, b] = [left.slice(0, MAX_COMPARED), right.slice(0, MAX_COMPARED)];
  const pairs = common(a.map(kindOf), b.map(kindOf));
  const rows: Row[] = [];
  let i = 0;
  let j = 0;
  for (const [p, q] of [...pairs, [a.length, b.length] as const]) {
    rows.push(...between(a.slice(i, p), b.slice(j, q)));
    const [one, other] = [a[p], b[q]];
    if (one !== undefined && other !== undefined)
      rows.push({ alike: one.said === other.said ? "same" : "words", left: one, right: other });
    i = p + 1;
    j = q + 1;
  }
  return rows;
}

/** A question of one side against another question, an answer against another answer. */
function between(left: readonly MessageView[], right: readonly MessageView[]): Row[] {
  const rows: Row[] = [];
  let j = 0;
  for (const one of left) {
    const other = right[j];
    if (other !== undefined && other.who === one.who && one.kind !== "event" && other.kind !== "event") {
      rows.push({ alike: "meaning", left: one, right: other });
      j += 1;
    } else rows.push({ alike: "left", left: one });
  }
  return [...rows, ...right.slice(j).map((other): Row => ({ alike: "right", right: other }))];
}

/** Indices of a longest common subsequence, by the table of lengths from the end. */
function common(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** One side in numbers. */
export interface Numbers {
  readonly messages: number;
  readonly fromClient: number;
  readonly fromServer: number;
  /** A client's message that an answer followed. */
  readonly roundTrips: number;
  /** Refusals and broken rules. */
  readonly faults: number;
  /** Milliseconds since 1970: when the first message came. */
  readonly first: number | undefined;
  /** Milliseconds from the first message to the last. */
  readonly lasted: number;
}

export function numbersOf(messages: readonly MessageView[]): Numbers {
  const own = messages.filter(({ kind }) => kind !== "event");
  const octets = (who: MessageView["who"]): number =>
    own.reduce((sum, message) => sum + (message.who === who ? message.to - message.from : 0), 0);
  const turns = own.filter(({ who }, index) => who === "server" && own[index - 1]?.who === "client");
  return {
    messages: own.length,
    fromClient: octets("client"),
    fromServer: octets("server"),
    roundTrips: turns.length,
    faults: own.filter(({ fault }) => fault).length,
    first: own[0]?.at,
    lasted: (own.at(-1)?.at ?? 0) - (own[0]?.at ?? 0),
  };
}

/** A word or the space between two, and whether the other side has it too. */
export interface Word {
  readonly text: string;
  readonly differs: boolean;
}

/** The words of two lines; those that are not in the other line, in order, differ. */
export function wordsApart(one: string, other: string): readonly Word[] {
  const split = (line: string): string[] => line.slice(0, 1000).split(/(?<=\s)|(?=\s)/);
  const a = split(one);
  const shared = new Set(common(a, split(other)).map(([index]) => index));
  return a.map((text, index) => ({ text, differs: !shared.has(index) && text.trim() !== "" }));
}
