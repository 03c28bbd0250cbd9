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
import { clear, clock, lesson, link, pace, paused, take, takesPart } from "./state.ts";

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
}

/** Milliseconds before a lost line is tried again. */
const AGAIN = 1000;

let waiting: Change[] = [];
let recent = 0;

export async function follow(): Promise<void> {
  let snapshot: Snapshot;
  try {
    snapshot = await (await fetch("/api/snapshot")).json();
  } catch {
    link.value = "lost";
    setTimeout(() => void follow(), AGAIN);
    return;
  }
  clear();
  takesPart.value = snapshot.takesPart;
  lesson.value = snapshot.lesson;
  take([
    { type: "kept", kept: snapshot.held },
    ...snapshot.controls.map((control): Change => ({ type: "control", control })),
    ...snapshot.sources.map((source): Change => ({ type: "source", source })),
    ...snapshot.sockets.map((socket): Change => ({ type: "socket", socket })),
    ...snapshot.refusals.map((refusal): Change => ({ type: "refusal", refusal })),
    ...snapshot.messages.map((message): Change => ({ type: "message", message })),
  ]);
  const events = new EventSource(`/events?after=${snapshot.number}`);
  events.addEventListener("open", () => (link.value = "live"));
  events.addEventListener("error", () => (link.value = "lost"));
  events.addEventListener("reset", () => {
    events.close();
    void follow();
  });
  events.addEventListener("changes", (event) => {
    const changes: readonly Change[] = JSON.parse(event.data);
    recent += changes.length;
    if (paused.value) waiting.push(...changes);
    else take(changes);
  });
}

/** What came while the page stood still is shown when it goes on. */
export function setPaused(stands: boolean): void {
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
