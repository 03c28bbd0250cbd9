/** Everything by keyboard, and the list of keys. */
import { useEffect, useRef } from "preact/hooks";
import { stepRow, swapSides } from "./compare-state.ts";
import { setPaused } from "./live.ts";
import { listed, select } from "./sockets.tsx";
import {
  comparedRow,
  mode,
  paused,
  rowId,
  selectedMessage,
  selectedSocket,
  shown,
  showsKeys,
  tab,
  type Tab,
} from "./state.ts";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["↑ ↓ or k j", "the message before, the next one"],
  ["Home End", "the first message, the last one"],
  ["[ ]", "the socket above, the one below"],
  ["1 2 3 4", "transcript, sequence, bytes, rates"],
  ["/", "filter; Escape empties it"],
  ["c", "compare two conversations; n N differences, s swaps sides"],
  ["p", "take part: hold, faults, firewall"],
  ["e g", "edit what is held, let it go"],
  ["space", "pause and go on"],
  ["Escape", "choose no message"],
  ["?", "these keys"],
];

const TABS: Readonly<Record<string, Tab>> = {
  "1": "transcript",
  "2": "sequence",
  "3": "bytes",
  "4": "rates",
};

export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    // A list to choose from has keys of its own.
    if (target instanceof HTMLSelectElement) return;
    const act = actionOf(key, target);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function actionOf(key: string, target: EventTarget | null): (() => void) | undefined {
  const newTab = TABS[key];
  if (newTab !== undefined) return () => (tab.value = newTab);
  switch (key) {
    case "ArrowDown":
    case "j":
      return () => step(1);
    case "ArrowUp":
    case "k":
      return () => step(-1);
    case "Home":
      return () => step(-Infinity);
    case "End":
      return () => step(Infinity);
    case "[":
      return () => toSocket(-1);
    case "]":
      return () => toSocket(1);
    case " ":
      // On a button the key is the button's.
      return target instanceof HTMLButtonElement ? undefined : () => setPaused(!paused.value);
    case "Escape":
      return () => {
        if (showsKeys.value) showsKeys.value = false;
        else if (mode.value === "compare") comparedRow.value = undefined;
        else selectedMessage.value = undefined;
      };
    case "n":
    case "N":
      return mode.value === "compare" ? () => stepRow(key === "n" ? 1 : -1, true) : undefined;
    case "s":
      return mode.value === "compare" ? swapSides : undefined;
    case "c":
      return () => (mode.value = mode.value === "compare" ? "live" : "compare");
    case "p":
      return () => (mode.value = mode.value === "part" ? "live" : "part");
    case "?":
      return () => (showsKeys.value = true);
    default:
      return undefined;
  }
}

function step(by: number): void {
  if (mode.value === "compare") return stepRow(by);
  const rows = shown.value;
  const at = rows.findIndex((row) => rowId(row) === selectedMessage.value);
  const next = at < 0 && by < 0 ? rows.length - 1 : Math.max(0, Math.min(rows.length - 1, at + by));
  const row = rows[next];
  if (row !== undefined) selectedMessage.value = rowId(row);
}

function toSocket(by: number): void {
  const keys = listed();
  const at = keys.indexOf(selectedSocket.value ?? 0);
  const next = keys[Math.max(0, Math.min(keys.length - 1, at + by))];
  if (next !== undefined) select(next);
}

export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = showsKeys.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} aria-label="Keys" onClose={() => (showsKeys.value = false)}>
      <h2>Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => (showsKeys.value = false)}>
        Close
      </button>
    </dialog>
  );
}
