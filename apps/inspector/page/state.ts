/** What the page knows and what is selected. Sockets and messages live in plain maps; `changed` subscribes to them. */
import { batch, computed, signal } from "@preact/signals";
import { parseFilter, type Filter } from "../src/filter.ts";
import { fits, forgetSearches, looked } from "./octet-searches.ts";
import type {
  Change,
  ControlView,
  JoinedView,
  KeptView,
  LessonView,
  MessageView,
  RefusalView,
  SocketView,
  SourceView,
} from "../src/views.ts";
import { draw, rest } from "./pace.ts";
import { count, forgetThroughput } from "./throughput.ts";

export type Tab = "transcript" | "sequence" | "bytes" | "rates";

/** What the page is for at the moment. */
export type Mode = "live" | "compare" | "part";

/** The key that stands for all sockets at once. */
export const EVERYTHING = 0;

/** Rows held; the oldest sockets' go first. */
const MAX_ROWS = 200_000;

export const sources = new Map<number, SourceView>();
export const sockets = new Map<number, SocketView>();
export const refusals: RefusalView[] = [];
export const kernel = new Map<number, string>();
/** By program's key and URL: what the system's table says of that listener. */
const listening = new Map<string, string>();
/** By group: who has joined it. */
export const joined = new Map<string, readonly JoinedView[]>();
/** By program: what is set on its listeners, and what they hold. */
export const controls = new Map<string, ControlView>();
const transcripts = new Map<number, MessageView[]>();
/** All messages in the order of the talk. */
let all: MessageView[] = [];

const version = signal(0);

/**
 * Whoever calls it is drawn again when sockets or messages change. Each component that reads them calls it: with signals,
 * Preact draws a component again for its own signals and props alone.
 */
export function changed(): number {
  return version.value;
}

export const kept = signal<KeptView>({ octets: 0, messages: 0, forgotten: 0, limit: 0, recordings: 0 });
export const link = signal<"connecting" | "live" | "lost">("connecting");
/** Changes a second, of late. */
export const pace = signal(0);
export const paused = signal(false);
/** Milliseconds since 1970, as the page shows it. */
export const clock = signal(Date.now());
/** Milliseconds between two turns of the clock: the timeline is as wide as the window, and all of it moves. */
const TURN = 1000;
export const selectedSocket = signal<number | undefined>(undefined);
export const selectedMessage = signal<number | undefined>(undefined);
export const mode = signal<Mode>("live");
/** The two that stand side by side, by key. */
export const compared = signal<readonly [left: number | undefined, right: number | undefined]>([
  undefined,
  undefined,
]);
/** Index of the row that is chosen there. */
export const comparedRow = signal<number | undefined>(undefined);
export const differencesOnly = signal(false);
/** The file of the authority that signed our servers' certificates. */
export const trust = signal<string | undefined>(undefined);
/** The inspector may hold and change what its programs say. */
export const takesPart = signal(false);
/** The step of a lesson that is begun. */
export const lesson = signal<LessonView | undefined>(undefined);
export const tab = signal<Tab>("transcript");
export const filterText = signal("");
export const showsKeys = signal(false);
/** Milliseconds since 1970: only what was said between them is listed. */
export const range = signal<readonly [from: number, to: number] | undefined>(undefined);

export const parsedFilter = computed(() => parseFilter(filterText.value));
/** The last one that could be read: a half typed term does not empty the page. */
let lastGood: Filter = { text: "", empty: true, patterns: [], matches: () => true };
export const filter = computed(() => {
  const parsed = parsedFilter.value;
  if (!("at" in parsed)) lastGood = parsed;
  return lastGood;
});

export function clear(): void {
  for (const map of [sources, sockets, kernel, listening, joined, transcripts, controls]) map.clear();
  forgetThroughput();
  refusals.length = 0;
  all = [];
  forgetSearches();
}

export function take(changes: readonly Change[]): void {
  const nobody = sockets.size === 0;
  for (const change of changes) one(change);
  // Who comes first is shown at once, on the timeline as well: it must not call a busy minute quiet.
  if (nobody && sockets.size > 0) clockIsLate = true;
  if (all.length > MAX_ROWS) all = all.slice(-MAX_ROWS * 0.9);
  if (selectedSocket.value === undefined) {
    const [first] = sockets.keys();
    if (first !== undefined) selectedSocket.value = first;
  }
  drawSoon();
}

/** It has not turned since the first of those that are there came. */
let clockIsLate = false;
let due: ReturnType<typeof setTimeout> | undefined;

function drawSoon(): void {
  due ??= setTimeout(drawNow, rest());
}

/** All that was taken is shown. */
export function drawNow(): void {
  clearTimeout(due);
  due = undefined;
  draw(() =>
    batch(() => {
      version.value += 1;
      turnClock();
    }),
  );
}

/** One picture for both: while changes are drawn the clock goes on with them. */
function turnClock(): void {
  const now = Date.now();
  if (!clockIsLate && now - clock.value < TURN) return;
  clockIsLate = false;
  clock.value = now;
}

setInterval(() => {
  if (document.hidden || due !== undefined || rest() > 0) return;
  draw(turnClock);
}, TURN);

function one(change: Change): void {
  switch (change.type) {
    case "source":
      sources.set(change.source.key, change.source);
      break;
    case "socket":
      sockets.set(change.socket.key, change.socket);
      break;
    case "message": {
      const { message } = change;
      const transcript = transcripts.get(message.socket);
      if (transcript === undefined) transcripts.set(message.socket, [message]);
      else transcript.push(message);
      all.push(message);
      count(sockets.get(message.socket)?.app ?? "", message);
      break;
    }
    case "refusal":
      refusals.push(change.refusal);
      break;
    case "states":
      for (const [key, state] of change.states) kernel.set(key, state);
      break;
    case "joined":
      for (const [group, now] of change.joined) joined.set(group, now);
      break;
    case "listening":
      for (const [key, url, state] of change.listening) listening.set(`${key} ${url}`, state);
      break;
    case "control":
      controls.set(change.control.app, change.control);
      break;
    case "lesson":
      lesson.value = change.lesson;
      break;
    case "kept":
      kept.value = change.kept;
      break;
    case "forgotten":
      for (const key of change.sockets) {
        sockets.delete(key);
        transcripts.delete(key);
        kernel.delete(key);
      }
      all = all.filter(({ socket }) => sockets.has(socket));
  }
}

/** Of a program's listener, from the system's table; undefined: nothing is known. Call `changed` to be told of more. */
export function listenerState(source: number, url: string): string | undefined {
  return listening.get(`${source} ${url}`);
}

/** Of one socket, or of all. Call `changed` to be told of more. */
export function messagesOf(socket: number): readonly MessageView[] {
  return socket === EVERYTHING ? all : (transcripts.get(socket) ?? []);
}

/** What filter and time range leave of them. */
export const shown = computed((): readonly MessageView[] => {
  changed();
  looked();
  const messages = messagesOf(selectedSocket.value ?? EVERYTHING);
  const wanted = filter.value;
  const between = range.value;
  if (wanted.empty && between === undefined) return messages.slice();
  return messages.filter((message) => {
    if (between !== undefined && (message.at < between[0] || message.at > between[1])) return false;
    const socket = sockets.get(message.socket);
    return wanted.empty || (socket !== undefined && fits(wanted, message, socket));
  });
});

/** Sockets with a message that matches; undefined where nothing is asked. */
export const matching = computed((): ReadonlySet<number> | undefined => {
  const wanted = filter.value;
  const between = range.value;
  if (wanted.empty && between === undefined) return undefined;
  changed();
  looked();
  const found = new Set<number>();
  for (const message of all) {
    if (found.has(message.socket)) continue;
    if (between !== undefined && (message.at < between[0] || message.at > between[1])) continue;
    const socket = sockets.get(message.socket);
    if (socket !== undefined && fits(wanted, message, socket)) found.add(message.socket);
  }
  return found;
});

/** Within one socket a message's own id; among all its place in the order. */
export function rowId(row: MessageView): number {
  return (selectedSocket.value ?? EVERYTHING) === EVERYTHING ? row.order : row.id;
}
