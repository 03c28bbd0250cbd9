/** The line to the inspector: a snapshot, then batches of changes; whoever was away too long takes a new snapshot. */
import { effect } from "@preact/signals";
import type {
  Change,
  ControlView,
  KeptView,
  LessonView,
  MessageView,
  RefusalView,
  SocketView,
  SourceView,
} from "../src/views.ts";
import { shareEvents, type SharedNews, type TabNews } from "@socketscope/page";
import { clear, clock, drawNow, lesson, link, pace, paused, take, takesPart, trust } from "./state.ts";

interface Snapshot {
  readonly number: number;
  readonly sources: readonly SourceView[];
  readonly sockets: readonly SocketView[];
  readonly refusals: readonly RefusalView[];
  readonly messages: readonly MessageView[];
  readonly controls: readonly ControlView[];
  readonly held: KeptView;
  readonly takesPart: boolean;
  readonly lesson?: LessonView;
  readonly trust?: string;
}

/** Milliseconds before a snapshot that did not come is asked for again. */
const AGAIN = 1000;

let waiting: Change[] = [];
let recent = 0;

/** Of the last batch that the page has; undefined: a snapshot is on its way, and what comes meanwhile is kept. */
let number: number | undefined;
let early: (readonly [number: number, changes: readonly Change[]])[] = [];
let asked = 0;

/** All tabs have one line: a browser lets no more than six connections to us be open. */
export function follow(): void {
  const line = join();
  line.addEventListener("message", ({ data }: MessageEvent<SharedNews>) => {
    switch (data.type) {
      case "open":
        link.value = "live";
        break;
      case "lost":
        link.value = "lost";
        break;
      case "reset":
        void takeSnapshot();
        break;
      case "event":
        came(Number(data.id), JSON.parse(data.data));
    }
  });
  line.start();
  window.addEventListener("pagehide", () => line.postMessage("leaves" satisfies TabNews));
  // Brought back from the browser's memory, it has missed what was said.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
}

function join(): MessagePort {
  if ("SharedWorker" in window) return new SharedWorker("/line.js").port;
  const { port1, port2 } = new MessageChannel();
  shareEvents("/events", ["changes"])(port2);
  return port1;
}

async function takeSnapshot(): Promise<void> {
  const turn = ++asked;
  number = undefined;
  // It will hold all that came until now; and of an inspector that was there before, the numbers mean nothing.
  early = [];
  let snapshot: Snapshot;
  try {
    snapshot = await (await fetch("/api/snapshot")).json();
  } catch {
    if (turn === asked) setTimeout(() => void takeSnapshot(), AGAIN);
    return;
  }
  // Another one is asked for since.
  if (turn !== asked) return;
  show(snapshot);
  number = snapshot.number;
  const meanwhile = early;
  early = [];
  for (const [at, changes] of meanwhile) came(at, changes);
}

function show(snapshot: Snapshot): void {
  clear();
  // What came while the page stood still is in it.
  waiting = [];
  takesPart.value = snapshot.takesPart;
  trust.value = snapshot.trust;
  lesson.value = snapshot.lesson;
  take([
    { type: "kept", kept: snapshot.held },
    ...snapshot.controls.map((control): Change => ({ type: "control", control })),
    ...snapshot.sources.map((source): Change => ({ type: "source", source })),
    ...snapshot.sockets.map((socket): Change => ({ type: "socket", socket })),
    ...snapshot.refusals.map((refusal): Change => ({ type: "refusal", refusal })),
    ...snapshot.messages.map((message): Change => ({ type: "message", message })),
  ]);
}

function came(at: number, changes: readonly Change[]): void {
  if (number === undefined) {
    early.push([at, changes]);
    return;
  }
  // The snapshot holds it.
  if (at <= number) return;
  number = at;
  recent += changes.length;
  if (paused.value) waiting.push(...changes);
  else take(changes);
}

/** What came before is shown first, and what comes while the page stands still when it goes on. */
export function setPaused(stands: boolean): void {
  if (stands) drawNow();
  paused.value = stands;
  if (stands) return;
  take(waiting);
  waiting = [];
}

let counted = Date.now();
effect(() => {
  const seconds = (clock.value - counted) / 1000;
  if (seconds < 0.5) return;
  pace.value = Math.round(recent / seconds);
  counted = clock.value;
  recent = 0;
});
