/** The middle: one conversation (or all), as a transcript, a sequence, its bytes, its rates. */
import { COUNTED, type MessageView, type SocketView } from "../src/views.ts";
import { Bytes } from "./bytes.tsx";
import { HeldCard } from "./held.tsx";
import { KeptNote } from "./kept.tsx";
import { LessonStrip } from "./lesson.tsx";
import { stillLooking, unkept } from "./octet-searches.ts";
import { Rates } from "./rates.tsx";
import { Sequence } from "./sequence.tsx";
import { rowHeight } from "./sizes.ts";
import { Speaker } from "./speaker.tsx";
import { Lock, Missed, select } from "./sockets.tsx";
import {
  EVERYTHING,
  filter,
  kernel,
  messagesOf,
  pace,
  range,
  rowId,
  selectedMessage,
  selectedSocket,
  shown,
  sockets,
  sources,
  tab,
  type Tab,
  changed,
} from "./state.ts";
import { address, clientName, milliseconds, octets, protocolHue, sizeOf, thousands } from "./words.ts";
import { Windowed } from "./window.tsx";

const TABS: readonly (readonly [Tab, string])[] = [
  ["transcript", "Transcript"],
  ["sequence", "Sequence"],
  ["bytes", "Bytes"],
  ["rates", "Rates"],
];

export function ConversationPane() {
  changed();
  const key = selectedSocket.value ?? EVERYTHING;
  const socket = sockets.get(key);
  return (
    <main class="talk">
      <Head socket={socket} />
      <LessonStrip />
      <KeptNote />
      <View socket={socket} />
      <HeldCard />
      <div class="foot">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> message
        </span>
        <span>
          <kbd>[</kbd> <kbd>]</kbd> socket
        </span>
        <span>
          <kbd>1</kbd>–<kbd>4</kbd> view
        </span>
        <span>
          <kbd>/</kbd> filter
        </span>
        <span class="live">{pace.value} changes/s</span>
      </div>
    </main>
  );
}

function Head({ socket }: { readonly socket: SocketView | undefined }) {
  changed();
  const count = messagesOf(socket?.key ?? EVERYTHING).length;
  return (
    <div class="conv">
      <h2>{socket === undefined ? "Everything that was said" : titleOf(socket)}</h2>
      <div class="seg" role="tablist" aria-label="View">
        {TABS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            disabled={socket === undefined && name !== "transcript" && name !== "rates"}
            onClick={() => (tab.value = name)}
          >
            {label}
          </button>
        ))}
      </div>
      {socket === undefined ? (
        <div class="tuple">
          {sockets.size} sockets · {count} messages
          <Missed of={[...sources.values()]} />
        </div>
      ) : (
        <Names socket={socket} />
      )}
    </div>
  );
}

function titleOf(socket: SocketView): string {
  const who = clientName(socket);
  if (socket.parent !== undefined) return `${who}: data of socket ${socket.parent}`;
  return `${who} · ${socket.protocol.toUpperCase()}`;
}

/** How it ended, where the word for it is not a plain one. */
const REASONS: Readonly<Record<string, string>> = {
  "we-ended": "by our end",
  "peer-ended": "by the other end",
  io: "broken off",
  parent: "with the connection it belonged to",
  internal: "a fault on our side",
};

function Names({ socket }: { readonly socket: SocketView }) {
  changed();
  const {
    transport,
    remote,
    local,
    octets: count,
    messages,
    tls,
    closed,
    reason,
    missed,
    parent,
    process,
  } = socket;
  const state = kernel.get(socket.key);
  return (
    <>
      <div class="tuple" title="the 4-tuple that names this connection">
        {transport} <b>{address(remote)}</b> ⇄ <b>{address(local)}</b>
        <span class="sub">
          {messages} messages · {octets(count.in)} in · {octets(count.out)} out
          {process !== undefined && ` · process ${process}`}
        </span>
        {parent !== undefined && (
          <button type="button" class="small" onClick={() => select(parent)}>
            to its control connection
          </button>
        )}
      </div>
      <div class="tuple tlsn">
        {tls !== undefined && (
          <>
            <Lock />
            <span title="Our program is one of the two ends: it reads and writes what nobody between them can read.">
              {tls.protocol.replace("TLSv", "TLS ")}
              <span class="long"> · in clear here: we are one of its ends</span>
            </span>
          </>
        )}
      </div>
      <ol class="life" aria-label="State of this socket">
        <li class={closed === undefined && state === undefined ? "now" : "done"}>
          <b>OPEN</b>
        </li>
        {state !== undefined && (
          <li class={closed === undefined ? "now" : "done"}>
            <b>{state.replace("_", " ")}</b>
          </li>
        )}
        <li class={closed === undefined ? "" : "now over"}>
          <b>CLOSED</b>
          {reason !== undefined && <small>{REASONS[reason] ?? reason}</small>}
        </li>
        <li class="note">
          {missed > 0 && <span class="missed">{octets(missed)} were not carried</span>}
          <span
            class="drv"
            title={
              state === undefined
                ? "Worked out from what the program told: opened, closed."
                : "Read from the system's table of sockets four times a second. States that pass faster are not shown."
            }
          >
            {state === undefined ? "derived" : "from the system's table"}
          </span>
        </li>
      </ol>
    </>
  );
}

function View({ socket }: { readonly socket: SocketView | undefined }) {
  if (tab.value === "rates") return <Rates socket={socket} />;
  if (socket === undefined) return <Transcript base={undefined} />;
  if (tab.value === "sequence") return <Sequence socket={socket} />;
  if (tab.value === "bytes") return <Bytes socket={socket} />;
  return <Transcript base={socket.opened} />;
}

/** `base`: milliseconds since 1970 from which times count; undefined: the clock's. */
function Transcript({ base }: { readonly base: number | undefined }) {
  const rows = shown.value;
  const id = selectedMessage.value;
  const key = selectedSocket.value ?? EVERYTHING;
  const chosen = id === undefined ? -1 : rows.findIndex((row) => rowId(row) === id);
  if (rows.length === 0) return <Nobody />;
  return (
    <Windowed
      rows={rows}
      height={rowHeight.value}
      label="Transcript"
      chosen={chosen}
      of={`${key} ${filter.value.text} ${range.value?.join(" ") ?? ""}`}
      render={(row, slot) => <Row key={slot} row={row} base={base} chosen={rowId(row) === id} />}
    />
  );
}

function Nobody() {
  if (filter.value.empty && range.value === undefined)
    return <p class="nobody">Nothing was said here yet.</p>;
  const still = stillLooking();
  if (still !== undefined)
    return (
      <p class="nobody" role="status">
        Still looking: {thousands(still.to)} of {thousands(still.end)} messages, and none matches yet.
      </p>
    );
  const lost = unkept();
  return (
    <p class="nobody">
      No message matches the filter.
      {lost > 0 && ` Of ${thousands(lost)} nobody can say: their octets are no longer kept.`}
    </p>
  );
}

function Row({
  row,
  base,
  chosen,
}: {
  readonly row: MessageView;
  readonly base: number | undefined;
  readonly chosen: boolean;
}) {
  const { who, means, source, protocol, derived, problem, at } = row;
  const side = who === "client" ? "c" : who === "server" ? "s" : "evt";
  const time =
    base === undefined ? new Date(at).toISOString().slice(11, 23) : milliseconds(Math.max(0, at - base));
  return (
    <div
      class={`row ${side}${row.fault ? " err" : derived === COUNTED ? " gap" : ""}${base === undefined ? " clock" : ""}`}
      role="option"
      aria-selected={chosen}
      style={{ "--c": protocolHue(protocol) }}
      onClick={() => (selectedMessage.value = rowId(row))}
    >
      <span class="t">{time}</span>
      <span class="ly">{protocol}</span>
      <span class="who">
        <Speaker who={who} />
      </span>
      <span class="x">
        <code>
          <Words row={row} />
          {derived !== undefined && <span class="drv">derived from {derived}</span>}
        </code>
        <p>
          {problem !== undefined && <b class={row.fault ? "problem" : "unread"}>{problem}. </b>}
          {means}
        </p>
      </span>
      <span class={source === undefined ? "" : "rfc"}>{source}</span>
      <span class="vh">{sizeOf(row)} octets</span>
    </div>
  );
}

/** The first word of a command stands out: it is what the rest hangs on. */
function Words({ row: { said, who, kind } }: { readonly row: MessageView }) {
  const verb =
    who === "client" && (kind === "command" || kind === "request") ? /^\S+/.exec(said)?.[0] : undefined;
  if (verb === undefined) return <>{said}</>;
  return (
    <>
      <span class="v">{verb}</span>
      {said.slice(verb.length)}
    </>
  );
}
