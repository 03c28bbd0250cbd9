/** The list on the left: programs, what they listen on, who talks to them, and who was turned away. */
import { batch } from "@preact/signals";
import { groupOf, groupsOf, joinedWords } from "../src/groups.ts";
import type { GroupView, SocketView, SourceView } from "../src/views.ts";
import {
  controls,
  EVERYTHING,
  joined,
  kernel,
  listenerState,
  matching,
  refusals,
  selectedMessage,
  selectedSocket,
  sockets,
  sources,
  changed,
} from "./state.ts";
import { address, appHue, appName, clientName, octets } from "./words.ts";

/** Sockets of one program shown; the newest, and all that are open. */
const SHOWN = 200;
/** Refused connections shown. */
const SHOWN_REFUSALS = 50;

export function Sockets() {
  changed();
  const apps = [...new Map([...sources.values()].map((source) => [source.app, source])).values()];
  const listening = apps.reduce(
    (sum, { listeners, connected }) =>
      sum + (connected ? new Set(listeners.map(({ name }) => name)).size : 0),
    0,
  );
  return (
    <nav class="socks" aria-label="Sockets">
      <div class="phead">
        <h2>
          {sockets.size} {sockets.size === 1 ? "socket" : "sockets"}
        </h2>
        <span class="sub">
          {listening} listening
          {refusals.length > 0 && <b class="refused"> · {refusals.length} refused</b>}
        </span>
      </div>
      <div
        class="scroll"
        tabIndex={0}
        {...(sockets.size > 0 && { role: "listbox", "aria-label": "Socket list" })}
      >
        {sockets.size > 0 && <Everything />}
        {apps.map((source) => (
          <Program key={source.app} source={source} />
        ))}
        {refusals.length > 0 && <Refusals />}
      </div>
    </nav>
  );
}

export function select(socket: number): void {
  if (selectedSocket.value === socket) return;
  batch(() => {
    selectedMessage.value = undefined;
    selectedSocket.value = socket;
  });
}

/** The keys of the sockets in the order of the list. */
export function listed(): readonly number[] {
  const keys = [...sources.values()].flatMap(({ app }) => ofProgram(app).map(({ key }) => key));
  return [EVERYTHING, ...new Set(keys)];
}

function Everything() {
  return (
    <div
      class="sk all"
      role="option"
      aria-selected={selectedSocket.value === EVERYTHING}
      onClick={() => select(EVERYTHING)}
    >
      <i />
      <span class="n">
        Everything <small>all conversations on one clock</small>
      </span>
    </div>
  );
}

function ofProgram(app: string): readonly SocketView[] {
  const wanted = matching.value;
  const own = [...sockets.values()].filter(
    (socket) => socket.app === app && (wanted?.has(socket.key) ?? true),
  );
  const kept =
    own.length > SHOWN
      ? own.filter(({ closed }, at) => closed === undefined || at >= own.length - SHOWN)
      : own;
  const shown = kept.slice(-SHOWN).toReversed();
  // Those who send to a group stand together, behind those who talk to somebody.
  const to = new Map<string | undefined, SocketView[]>([[undefined, []]]);
  for (const socket of shown) to.set(groupOf(socket), [...(to.get(groupOf(socket)) ?? []), socket]);
  return [...to.values()].flat();
}

function Program({ source }: { readonly source: SourceView }) {
  changed();
  const { key, app, listeners, engine } = source;
  const own = ofProgram(app);
  const ports = [
    ...new Set(listeners.map(({ name, url }) => `${name} :${/:(\d+)\/?$/.exec(url)?.[1] ?? ""}`)),
  ];
  return (
    <div role="group" aria-label={appName(app)}>
      <div class="grp" style={{ "--c": appHue(app) }} title={ports.join(" · ")}>
        {appName(app)}
        <span class="m">
          {engine !== "hand" ? `engine ${engine}` : sockets.size > 0 ? ports.join(" ") : ""}
        </span>
        {sockets.size > 0 && <ProgramState source={source} />}
      </div>
      <Missed of={[source]} />
      {own
        .filter((socket) => groupOf(socket) === undefined)
        .map((socket) => (
          <Socket key={socket.key} socket={socket} />
        ))}
      {groupsOf(own).map((group) => (
        <Group key={`${group.group.host} ${group.group.port}`} group={group} app={app} />
      ))}
      {sockets.size === 0 &&
        listeners.map(({ name, url }) => (
          <div class="lst" key={url} style={{ "--c": appHue(app) }}>
            <i />
            <span>{name}</span>
            <span class="m">{url.replace(/^\w+:\/\//, "")}</span>
            <ListenerState source={key} url={url} />
          </div>
        ))}
    </div>
  );
}

/** Those who send to one multicast group, and who hears them. */
function Group({ group, app }: { readonly group: GroupView; readonly app: string }) {
  changed();
  const { group: to, sockets: keys, octets: count } = group;
  const flows = keys.flatMap((key) => sockets.get(key) ?? []);
  return (
    <div>
      <div class="many" style={{ "--c": appHue(app) }}>
        Group {address(to)}
        <span class="m">
          {keys.length} {keys.length === 1 ? "flow" : "flows"} · {octets(count)} ·{" "}
          <span title="from the system's table, which counts sockets for each interface">
            {joinedWords(joined.get(to.host))}
          </span>
        </span>
      </div>
      {flows.map((socket) => (
        <Socket key={socket.key} socket={socket} />
      ))}
    </div>
  );
}

/** From the system's table where that is to be read; else what the program said of itself. */
function ListenerState({ source, url }: { readonly source: number; readonly url: string }) {
  changed();
  const state = listenerState(source, url);
  if (state === undefined)
    return (
      <span class="st" title="derived: the program said that it listens">
        LISTEN
      </span>
    );
  if (state === "")
    return (
      <span class="st half" title="the system's table has no such listener any more">
        GONE
      </span>
    );
  return (
    <span class="st" title="from the system's table">
      {state}
    </span>
  );
}

/** What these programs said beyond what their taps carry. */
export function Missed({ of }: { readonly of: readonly SourceView[] }) {
  const flows = of.reduce((sum, { missed }) => sum + missed.flows, 0);
  const count = of.reduce((sum, { missed }) => sum + missed.octets, 0);
  if (flows + count === 0) return undefined;
  return (
    <p class="lacks" title="More was said than the tap carries: the server never waits for the inspector.">
      Not carried: {octets(count)}
      {flows > 0 && `, ${flows} connections`}
    </p>
  );
}

function ProgramState({ source: { key, app, connected, listeners } }: { readonly source: SourceView }) {
  changed();
  const faults = controls.get(app)?.listeners.flatMap((listener) => listener.faults) ?? [];
  if (!connected) return <span class="st">{app === "capture" ? "FILE" : "GONE"}</span>;
  if (faults.length === 0) {
    // Of several the one that is not as it should be is worth telling.
    const url = listeners.find((one) => listenerState(key, one.url) === "") ?? listeners[0];
    return <ListenerState source={key} url={url?.url ?? ""} />;
  }
  const holds = faults.some(({ action }) => action.type === "hold");
  return <span class="st held">{holds ? "HELD" : "FAULTS"}</span>;
}

function Socket({ socket }: { readonly socket: SocketView }) {
  const { key, app, remote, tls, parent, protocol, octets: count, faults } = socket;
  const what = parent === undefined ? protocol || "nothing said yet" : `data of socket ${parent}`;
  return (
    <div
      class={`sk${parent === undefined && groupOf(socket) === undefined ? "" : " child"}`}
      role="option"
      aria-selected={selectedSocket.value === key}
      style={{ "--c": appHue(app) }}
      onClick={() => select(key)}
    >
      <i />
      <span class="n">
        {clientName(socket)} <small>{what}</small>
        {tls !== undefined && <Lock />}
        {faults > 0 && (
          <span class="faults" title={`${faults} refusals or broken rules`}>
            {faults}
          </span>
        )}
      </span>
      <span class="r1">
        <State socket={socket} />
      </span>
      <span class="a">{address(remote)}</span>
      <span class="b">{octets(count.in + count.out)}</span>
    </div>
  );
}

export function Lock() {
  return (
    <svg class="lock" viewBox="0 0 16 16" fill="currentColor" role="img" aria-label="TLS">
      <path d="M4 7V5a4 4 0 1 1 8 0v2h1v7H3V7zm2 0h4V5a2 2 0 1 0-4 0z" />
    </svg>
  );
}

function State({ socket }: { readonly socket: SocketView }) {
  changed();
  if (socket.closed !== undefined) return <span class="st">CLOSED</span>;
  if (socket.transport === "udp") return <span class="st est">UDP</span>;
  const state = kernel.get(socket.key);
  if (state === undefined)
    return (
      <span class="st est" title="derived: no close was told">
        OPEN
      </span>
    );
  return <span class={`st ${state === "ESTABLISHED" ? "est" : "half"}`}>{state.replace("_", " ")}</span>;
}

function Refusals() {
  changed();
  return (
    <div role="group" aria-label="Firewall">
      <div class="grp" style={{ "--c": "var(--deny)" }}>
        Firewall <span class="m">judged after accept()</span>
        <span class="drv">derived</span>
      </div>
      {refusals
        .slice(-SHOWN_REFUSALS)
        .toReversed()
        .map(({ key, remote, local, rule }) => (
          <div class="sk still" key={key} style={{ "--c": "var(--deny)" }}>
            <i />
            <span class="n">
              {address(remote)} <small>to :{local.port}</small>
            </span>
            <span class="r1">
              <span class="st drop">REFUSED</span>
            </span>
            <span class="a wide">{rule}</span>
          </div>
        ))}
    </div>
  );
}
