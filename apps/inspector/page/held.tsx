/** What is held: a bar that says so as long as anything is set, and a card in which the message can be changed. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ControlView, HeldView } from "../src/views.ts";
import { answer, drop, lengthOf, letGo, refusal, removeAllFaults } from "./act.ts";
import { Speaker } from "./speaker.tsx";
import { faultWords } from "./fault-words.ts";
import { select } from "./sockets.tsx";
import { changed, controls, EVERYTHING, mode, selectedSocket, sockets } from "./state.ts";
import { suggestionsFor } from "./suggestions.ts";
import { appName } from "./words.ts";

export function HeldBar() {
  changed();
  const acting = [...controls.values()].filter((control) => faultsOf(control).length > 0);
  if (acting.length === 0) return null;
  const waiting = acting.reduce((sum, { held }) => sum + held.length, 0);
  const holds = acting.some((control) => faultsOf(control).some(({ action }) => action.type === "hold"));
  const what = acting.map((control) => `${appName(control.app)}: ${wordsOf(control)}`).join(" · ");
  return (
    <section class="heldbar" aria-label="Taking part">
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
        <circle cx="12" cy="12" r="9" />
        <path d="M9.5 8.5v7M14.5 8.5v7" />
      </svg>
      <span>
        <b>{holds ? "Messages are being held." : "Faults are on."}</b> {what}
      </span>
      <i class="sp" />
      {waiting > 0 && <span class="long">{waiting} waiting</span>}
      {mode.value !== "part" && (
        <button type="button" onClick={() => (mode.value = "part")}>
          Show
        </button>
      )}
      <button type="button" onClick={() => acting.forEach(({ app }) => removeAllFaults(app))}>
        Stop
      </button>
    </section>
  );
}

function faultsOf({ listeners }: ControlView) {
  return listeners.flatMap(({ faults }) => faults);
}

function wordsOf({ listeners }: ControlView): string {
  return listeners
    .filter(({ faults }) => faults.length > 0)
    .map(({ name, faults }) => `${name} (${faults.map(faultWords).join(", ")})`)
    .join(", ");
}

/** The one that waits on the chosen socket; where none does, the one that waits longest. */
function chosenHeld(): { readonly held: HeldView; readonly others: number } | undefined {
  const all = [...controls.values()].flatMap(({ held }) => held);
  const here = all.filter(({ socket }) => socket === selectedSocket.value);
  const [held] = here.length > 0 ? here : all;
  return held === undefined ? undefined : { held, others: all.length - 1 };
}

export function HeldCard() {
  changed();
  const chosen = chosenHeld();
  return chosen === undefined ? null : <Card key={chosen.held.chunk} {...chosen} />;
}

function Card({ held, others }: { readonly held: HeldView; readonly others: number }) {
  const text = useSignal(held.text);
  const reply = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  // Once it could be read it can be edited; nobody has changed it until then.
  useEffect(() => void (text.value = held.text), [held.text]);
  useEffect(() => listenForHeldKeys(box, () => letGo(held, text.value)), [held.chunk]);
  const { fromClient, app, listener, socket, editable, why, behind } = held;
  const length = lengthOf(text.value, held.form);
  const edited = text.value !== held.text;
  return (
    <section class="hcard" aria-label="Held message">
      <div class="hh">
        <span class="st held">HELD</span>
        <h3>{fromClient ? "The client's message" : "The server's answer"}</h3>
        <span class={`who ${fromClient ? "c" : "s"}`}>
          <Speaker who={fromClient ? "client" : "server"} />
        </span>
        <span class="sub">
          {appName(app)} {listener}
          {socket !== undefined && socket !== selectedSocket.value && (
            <button type="button" class="as-link" onClick={() => select(socket)}>
              to its socket
            </button>
          )}
        </span>
        <Waiting held={held} />
      </div>
      <Box text={text} label={`Held: ${held.form === "hex" ? "hex" : "text"}`} box={box} off={!editable} />
      <p class="sub">
        {!editable ? `Cannot be edited: ${why ?? ""}. ` : ""}
        {length === undefined
          ? "This is no hex. "
          : edited
            ? `${length} octets (was ${held.length}). `
            : `${held.length} octets. `}
        {held.form === "lines" && "Each line end is CR LF on the wire. "}
        {behind > 0 ? `${behind} octets wait behind it. ` : "Nothing waits behind it. "}
        {others > 0 && `${others} more held.`}
      </p>
      <div class="acts">
        <button
          type="button"
          class="primary"
          disabled={length === undefined}
          onClick={() => letGo(held, text.value)}
        >
          {edited ? "Let go, edited" : "Let go"} <kbd>g</kbd>
        </button>
        <button type="button" class="danger" onClick={() => drop(held)}>
          Drop
        </button>
        {!fromClient && editable && <Suggestions held={held} take={(one) => (text.value = one)} />}
      </div>
      {fromClient && (
        <>
          <h3 class="be">Be the server: answer in its place</h3>
          <Box text={reply} label="Your answer" box={undefined} off={false} />
          <div class="acts">
            <button
              type="button"
              class="primary"
              disabled={reply.value === ""}
              onClick={() => answer(held, ended(reply.value))}
            >
              Send answer
            </button>
            <Suggestions held={held} take={(one) => (reply.value = one)} />
          </div>
        </>
      )}
      {refusal.value !== "" && (
        <p class="problem" role="alert">
          {refusal.value}
        </p>
      )}
    </section>
  );
}

/** A typed line has an end. */
function ended(text: string): string {
  return text.endsWith("\n") || text.startsWith("HTTP/") ? text : `${text}\n`;
}

/** `g` lets go, `e` edits; in the box Control and Enter. */
function listenForHeldKeys(box: { readonly current: HTMLTextAreaElement | null }, go: () => void) {
  const listen = (event: KeyboardEvent): void => {
    const { target, key } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (typing ? !(event.ctrlKey && key === "Enter" && target === box.current) : event.ctrlKey) return;
    if (!typing && key === "e") box.current?.focus();
    else if (typing || key === "g") go();
    else return;
    event.preventDefault();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}

function Waiting({ held: { since, until } }: { readonly held: HeldView }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span class="m left" title="After that it goes on by itself, as it stands in the server.">
      waiting {clock(now.value - since)} · goes on in {clock(until - now.value)}
    </span>
  );
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function Box({
  text,
  label,
  box,
  off,
}: {
  readonly text: { value: string };
  readonly label: string;
  readonly box: { current: HTMLTextAreaElement | null } | undefined;
  readonly off: boolean;
}) {
  const rows = Math.max(1, Math.min(8, text.value.split("\n").length));
  return (
    <textarea
      class="ed"
      {...(box !== undefined && { ref: box })}
      aria-label={label}
      rows={rows}
      spellcheck={false}
      readOnly={off}
      value={text.value}
      onInput={(event) => (text.value = event.currentTarget.value)}
    />
  );
}

function Suggestions({ held, take }: { readonly held: HeldView; readonly take: (text: string) => void }) {
  changed();
  const protocol = sockets.get(held.socket ?? EVERYTHING)?.protocol ?? "";
  return (
    <>
      {suggestionsFor(protocol).map(({ label, text }) => (
        <button key={label} type="button" class="chip" onClick={() => take(text)}>
          {label}
        </button>
      ))}
    </>
  );
}
