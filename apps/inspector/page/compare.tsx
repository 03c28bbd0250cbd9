/** Two conversations side by side, aligned by message: a good one and a broken one, our engine and the library. */
import { MAX_COMPARED, numbersOf, wordsApart, type Alike, type Word } from "../src/compare.ts";
import type { MessageView, SocketView } from "../src/views.ts";
import {
  chooseSide,
  chosenRow,
  count,
  type PlacedRow,
  rows,
  sides,
  stepRow,
  swapSides,
} from "./compare-state.ts";
import { pairHeight } from "./sizes.ts";
import { Speaker } from "./speaker.tsx";
import { changed, comparedRow, differencesOnly, filter, messagesOf, sockets, sources } from "./state.ts";
import { address, appName, clientName, milliseconds, octets } from "./words.ts";
import { Windowed } from "./window.tsx";

const SIGNS: Readonly<Record<Alike, readonly [sign: string, label: string]>> = {
  same: ["=", "same"],
  words: ["≈", "other words"],
  meaning: ["≠", "other meaning"],
  left: ["+", "on one side only"],
  right: ["+", "on one side only"],
};

/** Sockets that can be chosen: the newest, and those that are. */
const OFFERED = 200;

export function Compare() {
  changed();
  const [left, right] = sides.value;
  return (
    <main class="compare">
      <div class="cmp-head">
        <h2>Two conversations</h2>
        {(["same", "words", "meaning", "left"] as const).map((alike) => (
          <span key={alike} class={`sum ${alike}`}>
            <b>{SIGNS[alike][0]}</b> {alike === "left" ? count("left", "right") : count(alike)}{" "}
            {SIGNS[alike][1]}
          </span>
        ))}
        <div class="seg" role="group" aria-label="Rows">
          {[false, true].map((only) => (
            <button
              key={String(only)}
              type="button"
              aria-pressed={differencesOnly.value === only}
              onClick={() => (differencesOnly.value = only)}
            >
              {only ? "Differences" : "All rows"}
            </button>
          ))}
        </div>
        <button type="button" onClick={() => stepRow(1, true)}>
          Next difference <kbd>n</kbd>
        </button>
      </div>
      <div class="cmp-sides">
        <Side at={0} socket={left} />
        <Side at={1} socket={right} />
      </div>
      {left === undefined || right === undefined ? <Nothing /> : <Rows left={left} right={right} />}
      <div class="foot">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> row
        </span>
        <span>
          <kbd>n</kbd> <kbd>N</kbd> difference
        </span>
        <button type="button" class="small" onClick={swapSides}>
          <kbd>s</kbd> swap sides
        </button>
        <span>aligned by message, not by time · the first {MAX_COMPARED} messages of each</span>
      </div>
    </main>
  );
}

function Nothing() {
  return (
    <p class="nobody">
      {sockets.size < 2
        ? "Two conversations are needed: run a client twice, once as it should be and once as it should not."
        : "Choose two conversations above."}
    </p>
  );
}

function Rows({ left, right }: { readonly left: SocketView; readonly right: SocketView }) {
  const listed = rows.value;
  const chosen = comparedRow.value;
  const at = listed.findIndex((row) => row.at === chosen);
  if (listed.length === 0)
    return (
      <p class="nobody">
        {filter.value.empty ? "The two say the same, word by word." : "No row matches the filter."}
      </p>
    );
  return (
    <Windowed
      rows={listed}
      height={pairHeight.value}
      label="Both conversations, aligned by message"
      chosen={at}
      of={`${left.key} ${right.key} ${differencesOnly.value} ${filter.value.text}`}
      from="start"
      render={(row) => (
        <Pair key={row.at} row={row} bases={[left.opened, right.opened]} chosen={row.at === chosen} />
      )}
    />
  );
}

function Side({ at, socket }: { readonly at: 0 | 1; readonly socket: SocketView | undefined }) {
  changed();
  const newest = [...sockets.values()].slice(-OFFERED).toReversed();
  const offered = socket === undefined || newest.includes(socket) ? newest : [socket, ...newest];
  return (
    <div>
      <select
        aria-label={at === 0 ? "Left conversation" : "Right conversation"}
        value={socket?.key ?? ""}
        onChange={(event) => chooseSide(at, Number(event.currentTarget.value))}
      >
        {socket === undefined && <option value="">none yet</option>}
        {offered.map((one) => (
          <option key={one.key} value={one.key}>
            {`${clientName(one)} · ${one.protocol} · ${appName(one.app)} · socket ${one.key}`}
          </option>
        ))}
      </select>
      {socket !== undefined && <About socket={socket} />}
    </div>
  );
}

function About({ socket: { key, source, local, tls } }: { readonly socket: SocketView }) {
  const engine = sources.get(source)?.engine ?? "hand";
  const { messages, lasted } = numbersOf(messagesOf(key));
  return (
    <p class="m">
      {engine === "hand" ? "hand-written engine" : `engine ${engine}`} · {address(local)}
      {tls !== undefined && ` · ${tls.protocol.replace("TLSv", "TLS ")}`}
      <span>
        {messages} messages · {milliseconds(lasted)}
      </span>
    </p>
  );
}

function Pair({
  row: { at, alike, left, right, run },
  bases,
  chosen,
}: {
  readonly row: PlacedRow;
  readonly bases: readonly [number, number];
  readonly chosen: boolean;
}) {
  return (
    <div
      class={`pair ${alike}`}
      role="option"
      aria-selected={chosen}
      onClick={() => (comparedRow.value = at)}
    >
      <Cell message={left} other={right} base={bases[0]} run={run} />
      <span class="sign">
        <span aria-hidden="true">{SIGNS[alike][0]}</span>
        <span class="vh">{SIGNS[alike][1]}</span>
      </span>
      <Cell message={right} other={left} base={bases[1]} run={run} />
    </div>
  );
}

function Cell({
  message,
  other,
  base,
  run,
}: {
  readonly message: MessageView | undefined;
  readonly other: MessageView | undefined;
  readonly base: number;
  readonly run: number;
}) {
  if (message === undefined)
    return (
      <span class="none">
        {run > 0 && <span>{run === 1 ? "only on the other side" : `${run} only on the other side`}</span>}
      </span>
    );
  const { at, who, said, derived } = message;
  return (
    <>
      <span class="t">{milliseconds(Math.max(0, at - base))}</span>
      <span class={`who ${who === "client" ? "c" : "s"}`}>
        <Speaker who={who} />
      </span>
      <code title={said}>
        <Words said={said} other={other?.said} />
        {derived !== undefined && <span class="drv">derived</span>}
      </code>
    </>
  );
}

function Words({ said, other }: { readonly said: string; readonly other: string | undefined }) {
  if (other === undefined || other === said) return <>{said}</>;
  return (
    <>
      {inRuns(wordsApart(said, other)).map(({ text, differs }, index) =>
        differs ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
      )}
    </>
  );
}

/** Words that differ one behind the other are one place to look at, with the blanks between them. */
function inRuns(words: readonly Word[]): readonly Word[] {
  const runs: Word[] = [];
  for (const [index, word] of words.entries()) {
    const between = word.text.trim() === "" && words[index + 1]?.differs === true;
    const last = runs.at(-1);
    const differs = word.differs || (between && last?.differs === true);
    if (last?.differs === differs) runs[runs.length - 1] = { text: last.text + word.text, differs };
    else runs.push({ text: word.text, differs });
  }
  return runs;
}

/** The right: the chosen row, and both sides in numbers. */
export function CompareWhy() {
  changed();
  const [left, right] = sides.value;
  const row = chosenRow.value;
  const [a, b] = [left, right].map((side) => numbersOf(side === undefined ? [] : messagesOf(side.key)));
  return (
    <aside class="why" aria-label="What differs" tabIndex={0}>
      <div class="in">
        <section>
          <h2>{row === undefined ? "What differs" : ROWS[row.alike]}</h2>
          {row === undefined ? (
            <p>
              Each row is one message of both: in the same words, in other words of the same meaning, with
              another meaning, or on one side only. Choose a row.
            </p>
          ) : (
            <>
              <Means name="Left" message={row.left} other={row.right} alike={row.alike} />
              <Means name="Right" message={row.right} other={row.left} alike={row.alike} />
            </>
          )}
        </section>
        {a !== undefined && b !== undefined && (
          <section>
            <h3>In numbers</h3>
            <table class="numbers">
              <thead>
                <tr>
                  <th scope="col">
                    <span class="vh">What</span>
                  </th>
                  <th scope="col">Left</th>
                  <th scope="col">Right</th>
                </tr>
              </thead>
              <tbody>
                <Line name="Messages" values={[String(a.messages), String(b.messages)]} />
                <Line name="Round trips" values={[String(a.roundTrips), String(b.roundTrips)]} />
                <Line name="From the client" values={[octets(a.fromClient), octets(b.fromClient)]} />
                <Line name="From the server" values={[octets(a.fromServer), octets(b.fromServer)]} />
                <Line name="Refusals, faults" values={[String(a.faults), String(b.faults)]} />
                <Line name="Until the first message" values={[until(a.first, left), until(b.first, right)]} />
                <Line name="First to last" values={[milliseconds(a.lasted), milliseconds(b.lasted)]} />
              </tbody>
            </table>
          </section>
        )}
      </div>
    </aside>
  );
}

const ROWS: Readonly<Record<Alike, string>> = {
  same: "Both say the same",
  words: "Other words, the same meaning",
  meaning: "Another meaning",
  left: "On the left only",
  right: "On the right only",
};

function until(first: number | undefined, socket: SocketView | undefined): string {
  return first === undefined || socket === undefined ? "–" : milliseconds(Math.max(0, first - socket.opened));
}

function Line({ name, values }: { readonly name: string; readonly values: readonly string[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((value, index) => (
        <td key={index}>{value}</td>
      ))}
    </tr>
  );
}

function Means({
  name,
  message,
  other,
  alike,
}: {
  readonly name: string;
  readonly message: MessageView | undefined;
  readonly other: MessageView | undefined;
  readonly alike: Alike;
}) {
  return (
    <div class={`means ${alike}`}>
      <h3>{name}</h3>
      {message === undefined ? (
        <p class="sub">says nothing here</p>
      ) : (
        <>
          <p>
            <code>
              <Words said={message.said} other={other?.said} />
            </code>
          </p>
          <p>
            {message.means} {message.source !== undefined && <span class="rfc">{message.source}</span>}
          </p>
        </>
      )}
    </div>
  );
}
