/** The last minute along the bottom: a bar for each socket, a tick for each message, octets a second below. Drag to choose a stretch. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { SocketView } from "../src/views.ts";
import {
  clock,
  EVERYTHING,
  messagesOf,
  paused,
  range,
  refusals,
  rowId,
  selectedMessage,
  selectedSocket,
  sockets,
} from "./state.ts";
import { select } from "./sockets.tsx";
import { BIN, throughput } from "./throughput.ts";
import { appHue, appName, clientName, octets } from "./words.ts";

const SPAN = 60_000;
const LANES = 6;
const LANE = 17;
/** Ticks drawn in a lane, and bars. */
const TICKS = 600;
const BARS = 100;

export function Timeline() {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(1000);
  const drag = useSignal<readonly [number, number] | undefined>(undefined);
  // What is taken hold of stands still, and so does a page that is paused.
  const shown = useRef(0);
  if (drag.value === undefined && !paused.value) shown.current = clock.value;
  // Long after the last word there would be an empty minute: the one that ended with it says more.
  const last = Math.max(messagesOf(EVERYTHING).at(-1)?.at ?? Infinity, refusals.at(-1)?.at ?? 0);
  const quiet = last < shown.current - SPAN && lanesOf(shown.current).length === 0;
  const now = quiet ? last + SPAN / 30 : shown.current;
  useEffect(() => {
    const watch = new ResizeObserver(() => (width.value = box.current?.clientWidth ?? 1000));
    if (box.current !== null) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  // Drawn anew with the clock, and not with each batch: it goes over all that was said in a minute.
  const from = now - SPAN;
  const x = (at: number): number => ((at - from) / SPAN) * (width.value - 14);
  const at = (event: MouseEvent): number => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return from + ((event.clientX - left) / (width.value - 14)) * SPAN;
  };
  const lanes = lanesOf(now);
  const refused = refusals.filter((one) => one.at >= from && one.at <= now).slice(-100);
  const rows = lanes.length + (refused.length > 0 ? 1 : 0);
  const height = 160;
  const chosen = drag.value ?? range.value;
  return (
    <footer class="time" aria-label="Timeline">
      <div class="tbar">
        <h2>{quiet ? `60 seconds until ${new Date(now).toISOString().slice(11, 19)}` : "Last 60 seconds"}</h2>
        <span class="sub">
          {quiet && "quiet since · "}
          {rows === 0
            ? "quiet: nobody said anything"
            : "drag to choose a stretch · the lists above follow it"}
        </span>
        {range.value !== undefined && (
          <button type="button" class="small" onClick={() => (range.value = undefined)}>
            all times
          </button>
        )}
        <div class="legend">
          {["web-server", "mail-relay", "file-transfer", "video-streamer"].map((app) => (
            <span key={app} style={{ "--c": appHue(app) }}>
              <i />
              {appName(app).toLowerCase()}
            </span>
          ))}
          <span style={{ "--c": "var(--deny)" }}>
            <i />
            refused
          </span>
        </div>
      </div>
      <div class="lab" aria-hidden="true" style={{ "grid-template-rows": `repeat(${rows},${LANE}px) 1fr` }}>
        {lanes.map(({ label }) => (
          <span key={label}>{label}</span>
        ))}
        {refused.length > 0 && <span>Firewall</span>}
        {rows > 0 && <span class="sum-of">Throughput</span>}
      </div>
      <div
        class="plot"
        ref={box}
        onMouseDown={(event) => (drag.value = [at(event), at(event)])}
        onMouseMove={(event) => {
          if (drag.value !== undefined) drag.value = [drag.value[0], at(event)];
        }}
        onMouseUp={() => {
          const ends = drag.value;
          drag.value = undefined;
          if (ends === undefined) return;
          const [a, b] = [Math.min(...ends), Math.max(...ends)];
          range.value = b - a < SPAN / 200 ? undefined : [a, b];
        }}
      >
        <svg
          width={width.value}
          height={height}
          role="img"
          aria-label={`${lanes.length} groups of connections in the last 60 seconds`}
        >
          {[0, 1, 2, 3, 4, 5].map((ten) => (
            <g key={ten}>
              <line
                x1={x(from + ten * 10_000)}
                x2={x(from + ten * 10_000)}
                y1="0"
                y2={height - 15}
                stroke="var(--line-2)"
              />
              <text x={x(from + ten * 10_000) + 4} y={height - 3}>
                −{60 - ten * 10} s
              </text>
            </g>
          ))}
          <text x={width.value - 34} y={height - 3}>
            {quiet ? "then" : "now"}
          </text>
          <Throughput from={from} width={width.value - 14} top={rows * LANE + 14} bottom={height - 15} />
          {lanes.map(({ label, sockets: own }, lane) => (
            <Lane key={label} own={own} lane={lane} x={x} now={now} />
          ))}
          {refused.map((one) => (
            <path
              key={one.key}
              d={`M${x(one.at) - 4} ${8 + lanes.length * LANE}l8 8m0-8l-8 8`}
              stroke="var(--deny)"
              stroke-width="2.2"
            />
          ))}
          <Chosen x={x} width={width.value - 14} bottom={height - 15} />
          {chosen !== undefined && (
            <rect
              x={Math.min(x(chosen[0]), x(chosen[1]))}
              y="0"
              width={Math.abs(x(chosen[1]) - x(chosen[0]))}
              height={height - 15}
              fill="var(--accent)"
              opacity="0.14"
            />
          )}
        </svg>
      </div>
    </footer>
  );
}

/** When the chosen message was said: a line through all lanes, with its first word. Drawn by itself when another is chosen. */
function Chosen({
  x,
  width,
  bottom,
}: {
  readonly x: (at: number) => number;
  readonly width: number;
  readonly bottom: number;
}) {
  const id = selectedMessage.value;
  const row =
    id === undefined
      ? undefined
      : messagesOf(selectedSocket.value ?? EVERYTHING).findLast((one) => rowId(one) === id);
  const place = row === undefined ? -1 : x(row.at);
  if (row === undefined || place < 0 || place > width) return null;
  const word = (/^\S+/.exec(row.said)?.[0] ?? "").slice(0, 16);
  const wide = word.length * 6.9 + 12;
  const left = Math.min(place, width - wide);
  return (
    <g class="chosen">
      <line x1={place} x2={place} y1="0" y2={bottom} stroke="var(--accent)" stroke-width="2" />
      <rect x={left} y="0" width={wide} height="16" rx="3" fill="var(--accent)" />
      <text x={left + 6} y="12">
        {word}
      </text>
    </g>
  );
}

interface LaneOf {
  readonly label: string;
  readonly sockets: readonly SocketView[];
}

/** One lane for each kind of client of each program; the newest, where there are more than fit. */
function lanesOf(now: number): readonly LaneOf[] {
  const present = [...sockets.values()].filter(
    ({ closed, opened }) => (closed ?? now) >= now - SPAN && opened <= now,
  );
  const lanes = new Map<string, SocketView[]>();
  for (const socket of present) {
    const who = socket.client?.split(" ", 1)[0] ?? appName(socket.app);
    const label = socket.parent === undefined ? who : `${who} data`;
    const own = lanes.get(label);
    if (own === undefined) lanes.set(label, [socket]);
    else own.push(socket);
  }
  return [...lanes]
    .slice(-(refusals.length > 0 ? LANES - 1 : LANES))
    .map(([label, own]) => ({ label, sockets: own.slice(-BARS) }));
}

function Lane({
  own,
  lane,
  x,
  now,
}: {
  readonly own: readonly SocketView[];
  readonly lane: number;
  readonly x: (at: number) => number;
  readonly now: number;
}) {
  const y = 7 + lane * LANE;
  return (
    <g>
      {own.map((socket) => {
        const left = Math.max(0, x(socket.opened));
        const right = x(socket.closed ?? now);
        const hue = appHue(socket.app);
        const chosen = selectedSocket.value === socket.key;
        return (
          <g key={socket.key} class="bar" onClick={() => select(socket.key)}>
            <title>{clientName(socket)}</title>
            <rect
              x={left}
              y={y}
              width={Math.max(2, right - left)}
              height="11"
              rx="3"
              fill={hue}
              opacity={chosen ? 0.55 : 0.28}
            />
          </g>
        );
      })}
      {[...new Set(own.map(({ app }) => app))].map((app) => (
        <path key={app} class="ticks" d={ticks(own, app, x, y)} stroke={appHue(app)} />
      ))}
      <path class="ticks" d={ticks(own, undefined, x, y)} stroke="var(--deny)" />
    </g>
  );
}

/**
 * One path for a lane's messages: thousands of elements would have to be placed anew with each turn of the clock.
 * `app`: the program whose messages they are; without it those that refuse or break a rule, of all.
 */
function ticks(
  own: readonly SocketView[],
  app: string | undefined,
  x: (at: number) => number,
  y: number,
): string {
  const places = new Set<number>();
  for (const socket of own) {
    if (app !== undefined && socket.app !== app) continue;
    for (const { at, fault } of messagesOf(socket.key).slice(-Math.ceil(TICKS / own.length)))
      if (fault === (app === undefined)) places.add(Math.round(x(at)));
  }
  return [...places].map((place) => (place < 0 ? "" : `M${place + 0.5} ${y}v11`)).join("");
}

/** One more than the minute has: the first and the last are in part outside of it. */
const BINS = SPAN / BIN + 1;

function Throughput({
  from,
  width,
  top,
  bottom,
}: {
  readonly from: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}) {
  const first = Math.floor(from / BIN);
  const layers = throughput(first, BINS);
  const sums = Array.from({ length: BINS }, (_, bin) =>
    layers.reduce((sum, [, own]) => sum + (own[bin] ?? 0), 0),
  );
  const peak = Math.max(...sums, 1);
  const low = Array.from({ length: BINS }, () => 0);
  const place = (bin: number, count: number): string =>
    `${((((first + bin) * BIN - from) / SPAN) * width).toFixed(1)} ${(bottom - (count / peak) * (bottom - top)).toFixed(1)}`;
  return (
    <g>
      {layers.map(([app, own]) => {
        const under = low.map((count, bin) => place(bin, count)).toReversed();
        for (const [bin, count] of own.entries()) low[bin] = (low[bin] ?? 0) + count;
        const over = low.map((count, bin) => place(bin, count));
        return <path key={app} d={`M${[...over, ...under].join("L")}Z`} fill={appHue(app)} opacity="0.55" />;
      })}
      <line x1="0" x2={width} y1={bottom + 0.5} y2={bottom + 0.5} stroke="var(--line)" />
      {peak > 1 && (
        <text x="6" y={top + 9}>
          peak {octets(Math.round((peak * 1000) / BIN))}/s
        </text>
      )}
    </g>
  );
}
