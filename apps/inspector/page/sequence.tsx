/** The talk as two lines and arrows between them, in order. */
import type { MessageView, SocketView } from "../src/views.ts";
import { rowId, selectedMessage, shown } from "./state.ts";
import { address, appName, clientName, milliseconds, protocolHue } from "./words.ts";

const WIDTH = 740;
const LEFT = 96;
const RIGHT = WIDTH - LEFT;
const STEP = 34;
/** Of a sentence less than this is no help. */
const LEAST = 24;
/** Arrows drawn at once: the last ones. */
const MOST = 300;

export function Sequence({ socket }: { readonly socket: SocketView }) {
  const rows = shown.value.slice(-MOST);
  const height = 66 + rows.length * STEP;
  const left = shown.value.length - rows.length;
  return (
    <div class="rows sequence" role="group" aria-label="Sequence" tabIndex={0}>
      {left > 0 && <p class="sub">{left} earlier messages stand in the transcript</p>}
      <svg viewBox={`0 0 ${WIDTH} ${height}`} aria-label={`${rows.length} messages between two ends`}>
        <End x={LEFT} name={clientName(socket)} place={address(socket.remote)} height={height} />
        <End x={RIGHT} name={appName(socket.app)} place={address(socket.local)} height={height} />
        {rows.map((row, index) => (
          <Arrow key={row.order} row={row} base={socket.opened} y={78 + index * STEP} />
        ))}
      </svg>
    </div>
  );
}

function End({
  x,
  name,
  place,
  height,
}: {
  readonly x: number;
  readonly name: string;
  readonly place: string;
  readonly height: number;
}) {
  return (
    <g>
      <line x1={x} x2={x} y1={44} y2={height} stroke="var(--line)" stroke-width="2" />
      <rect x={x - 90} y={4} width={180} height={38} rx={8} fill="var(--panel-2)" stroke="var(--line)" />
      <text x={x} y={20} text-anchor="middle" class="who-text">
        {name}
      </text>
      <text x={x} y={35} text-anchor="middle" class="place-text">
        {place}
      </text>
    </g>
  );
}

function Arrow({ row, base, y }: { readonly row: MessageView; readonly base: number; readonly y: number }) {
  const { who, said, means, derived, fault, protocol, direction, at } = row;
  const color = fault ? "var(--deny)" : protocolHue(protocol);
  const chosen = selectedMessage.value === rowId(row);
  const right = direction === "in";
  const [from, to] = right ? [LEFT, RIGHT] : [RIGHT, LEFT];
  const turn = right ? 1 : -1;
  const text = cut(said, 62);
  const room = Math.floor((RIGHT - LEFT - 26 - text.length * 7.3) / 5.9);
  return (
    <g class="arrow" onClick={() => (selectedMessage.value = rowId(row))}>
      <rect x={0} y={y - 25} width={WIDTH} height={STEP} fill={chosen ? "var(--sel)" : "transparent"} />
      <text x={6} y={y - 2} class="time-text">
        {milliseconds(Math.max(0, at - base))}
      </text>
      {who === "both" ? (
        <line x1={LEFT} x2={RIGHT} y1={y} y2={y} stroke={color} stroke-width="1.5" stroke-dasharray="5 3" />
      ) : (
        <path
          d={`M${from} ${y}H${to - turn * 2}M${to - turn * 9} ${y - 4.5}L${to - turn * 2} ${y}L${to - turn * 9} ${y + 4.5}`}
          fill="none"
          stroke={color}
          stroke-width="1.8"
        />
      )}
      <text x={WIDTH / 2} y={y - 6} text-anchor="middle" class="said-text">
        {text}
        {derived === undefined ? (
          room >= LEAST && (
            <tspan dx="10" class="means-text">
              {cut(means, room)}
            </tspan>
          )
        ) : (
          <tspan dx="10" class="place-text">
            derived from {derived}
          </tspan>
        )}
      </text>
    </g>
  );
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
