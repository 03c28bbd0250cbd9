/** Taking part: what is held, what goes wrong on purpose, who is let in. Off by default, one listener at a time. */
import { signal, useSignal } from "@preact/signals";
import type { FaultView } from "../src/views.ts";
import { refusal, removeFault, setFault, type NewFault } from "./act.ts";
import { faultWords } from "./fault-words.ts";
import { FirewallSection } from "./firewall.tsx";
import { changed, controls, selectedSocket, sockets, sources, takesPart } from "./state.ts";
import { appName } from "./words.ts";

/** "mail-relay smtp". */
export const chosenListener = signal<string | undefined>(undefined);

interface Place {
  readonly app: string;
  readonly name: string;
  readonly faults: readonly FaultView[];
}

function places(): readonly Place[] {
  return [...controls.values()].flatMap(({ app, listeners }) =>
    listeners.map(({ name, faults }) => ({ app, name, faults })),
  );
}

/** The one that was chosen; else where the chosen socket came in; else the first. */
function chosenPlace(all: readonly Place[]): Place | undefined {
  const named = all.find(({ app, name }) => `${app} ${name}` === chosenListener.value);
  if (named !== undefined) return named;
  const socket = sockets.get(selectedSocket.value ?? 0);
  const listener = [...sources.values()]
    .find(({ app }) => app === socket?.app)
    ?.listeners.find(({ url }) => url.includes(`:${socket?.local.port}`));
  return all.find(({ app, name }) => app === socket?.app && name === listener?.name) ?? all[0];
}

export function Part() {
  changed();
  const all = places();
  const place = chosenPlace(all);
  return (
    <aside class="why" aria-label="Take part" tabIndex={0}>
      <div class="in">
        <section>
          <h2>Take part</h2>
          <p>
            Our programs can stop a message between the socket and their own code. Everything here is off
            until you turn it on, and acts on one listener; the others run as usual.
          </p>
          {all.length > 0 && (
            <label class="field">
              Listener{" "}
              <select
                value={place === undefined ? "" : `${place.app} ${place.name}`}
                onChange={(event) => (chosenListener.value = event.currentTarget.value)}
              >
                {all.map(({ app, name }) => (
                  <option key={`${app} ${name}`} value={`${app} ${name}`}>
                    {appName(app)}: {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {all.length === 0 && (
            <p class="sub">
              {takesPart.value
                ? "No program with a listener that takes part runs on this state folder."
                : "This inspector only looks: it shows a recording, listens beyond loopback, or was started with --look-only."}
            </p>
          )}
          {refusal.value !== "" && (
            <p class="problem" role="alert">
              {refusal.value}
            </p>
          )}
        </section>
        {place !== undefined && (
          <>
            <Hold place={place} />
            <Faults place={place} />
            <FirewallSection app={place.app} key={place.app} />
          </>
        )}
        <section>
          <h3>What each choice does</h3>
          <dl class="choices">
            <dt>Let go</dt>
            <dd>Sends the text as it stands in the box.</dd>
            <dt>Edit</dt>
            <dd>Changes it first. The transcript says what it was, a recording keeps that.</dd>
            <dt>Drop</dt>
            <dd>Sends nothing. The other side goes on waiting, until its own timer ends.</dd>
            <dt>Answer</dt>
            <dd>The server never hears the client; you are the server.</dd>
          </dl>
        </section>
      </div>
    </aside>
  );
}

function Hold({ place: { app, name, faults } }: { readonly place: Place }) {
  const only = useSignal("");
  const holds = faults.filter(({ action }) => action.type === "hold");
  const toggle = (on: FaultView["on"]): void => {
    const set = holds.filter((fault) => fault.on === on);
    if (set.length > 0) for (const { id } of set) removeFault(app, name, id);
    else
      setFault(app, name, {
        on,
        ...(only.value !== "" && { match: { contains: only.value } }),
        action: { type: "hold" },
      });
  };
  const pressed = (on: FaultView["on"]): boolean => holds.some((fault) => fault.on === on);
  const both = pressed("in") && pressed("out");
  const beServer = (): void => {
    for (const on of ["in", "out"] as const) if (both || !pressed(on)) toggle(on);
  };
  return (
    <section>
      <h3>Hold</h3>
      <div class="acts">
        <button type="button" class="chip" aria-pressed={pressed("out")} onClick={() => toggle("out")}>
          The server's messages
        </button>
        <button type="button" class="chip" aria-pressed={pressed("in")} onClick={() => toggle("in")}>
          The clients' messages
        </button>
        <button type="button" class="chip" aria-pressed={both} onClick={beServer}>
          Both: be the server
        </button>
      </div>
      <label class="field">
        only with{" "}
        <input
          value={only.value}
          spellcheck={false}
          placeholder="RCPT TO"
          onInput={(event) => (only.value = event.currentTarget.value)}
        />
      </label>
      <p class="sub">A message goes on by itself after five minutes, and when you stop.</p>
    </section>
  );
}

const ACTIONS = [
  ["delay", "wait", "ms", "500"],
  ["split", "pieces of", "octets", "1"],
  ["truncate", "cut after", "octets", "20"],
  ["reset", "reset", undefined, ""],
  ["answer", "answer with", "text", "503 Not now"],
] as const;

function Faults({ place }: { readonly place: Place }) {
  const { app, name, faults } = place;
  const others = faults.filter(({ action }) => action.type !== "hold");
  return (
    <section>
      <h3>Faults</h3>
      {others.length > 0 && (
        <ul class="set">
          {others.map((fault) => (
            <li key={fault.id}>
              <span>
                {faultWords(fault)} <small>acted {fault.acted} times</small>
              </span>
              <button type="button" class="small" onClick={() => removeFault(app, name, fault.id)}>
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <NewFaultForm app={app} name={name} />
    </section>
  );
}

function NewFaultForm({ app, name }: { readonly app: string; readonly name: string }) {
  const on = useSignal<FaultView["on"]>("out");
  const index = useSignal(0);
  const value = useSignal<string>("500");
  const contains = useSignal("");
  const nth = useSignal("");
  const action = ACTIONS[index.value] ?? ACTIONS[0];
  const add = (event: Event): void => {
    event.preventDefault();
    const match = {
      ...(contains.value !== "" && { contains: contains.value }),
      ...(nth.value !== "" && { nth: Number(nth.value) }),
    };
    setFault(app, name, {
      on: on.value,
      ...(Object.keys(match).length > 0 && { match }),
      action: actionOf(action, value.value),
    });
  };
  return (
    <form class="fault" onSubmit={add}>
      <select
        aria-label="What is done"
        value={index.value}
        onChange={(event) => {
          index.value = Number(event.currentTarget.value);
          value.value = ACTIONS[index.value]?.[3] ?? "";
        }}
      >
        {ACTIONS.map(([type, label], at) => (
          <option key={type} value={at}>
            {label}
          </option>
        ))}
      </select>
      {action[2] !== undefined && (
        <input
          aria-label={action[2]}
          value={value.value}
          class={action[2] === "text" ? "" : "short"}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
      {action[2] !== undefined && action[2] !== "text" && <span>{action[2]}</span>}
      <select
        aria-label="Whose messages"
        value={on.value}
        onChange={(event) => (on.value = event.currentTarget.value === "in" ? "in" : "out")}
      >
        <option value="out">to clients</option>
        <option value="in">from clients</option>
      </select>
      <input
        aria-label="Only with this text"
        placeholder="only with …"
        value={contains.value}
        onInput={(event) => (contains.value = event.currentTarget.value)}
      />
      <input
        aria-label="Only the message of this number"
        placeholder="nth"
        class="short"
        inputMode="numeric"
        value={nth.value}
        onInput={(event) => (nth.value = event.currentTarget.value)}
      />
      <button type="submit">Add</button>
    </form>
  );
}

function actionOf([type, , unit]: (typeof ACTIONS)[number], value: string): NewFault["action"] {
  if (unit === undefined) return { type };
  return unit === "text"
    ? { type, octets: `${value.replaceAll("\\n", "\r\n")}\r\n` }
    : { type, [unit]: Number(value) };
}
