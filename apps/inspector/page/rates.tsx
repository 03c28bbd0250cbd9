/** Octets a second in both directions, from the times of the messages. */
import type { SocketView } from "../src/views.ts";
import { shown } from "./state.ts";
import { milliseconds, octets, sizeOf } from "./words.ts";

const WIDTH = 900;
const HEIGHT = 380;
/** Left of it stand the numbers. */
const GUTTER = 66;
const BINS = 120;

interface Bins {
  readonly in: number[];
  readonly out: number[];
  /** Milliseconds of one bin. */
  readonly width: number;
}

export function Rates({ socket }: { readonly socket: SocketView | undefined }) {
  const messages = shown.value.filter(({ who }) => who !== "both");
  const first = messages[0]?.at;
  const last = messages.at(-1)?.at;
  if (first === undefined || last === undefined) return <p class="nobody">Nothing was said here yet.</p>;
  const bins: Bins = {
    in: Array.from({ length: BINS }, () => 0),
    out: Array.from({ length: BINS }, () => 0),
    width: Math.max(1, (last - first) / BINS),
  };
  for (const message of messages) {
    const bin = Math.min(BINS - 1, Math.floor((message.at - first) / bins.width));
    bins[message.direction][bin] = (bins[message.direction][bin] ?? 0) + sizeOf(message);
  }
  const perSecond = (count: number): number => (count * 1000) / bins.width;
  const peak = Math.max(1, ...bins.in.map(perSecond), ...bins.out.map(perSecond));
  const sum = (direction: "in" | "out"): number => bins[direction].reduce((all, count) => all + count, 0);
  return (
    <div class="rows rates" tabIndex={0}>
      <dl class="facts">
        <div>
          <dt>read</dt>
          <dd>{octets(sum("in"))}</dd>
        </div>
        <div>
          <dt>written</dt>
          <dd>{octets(sum("out"))}</dd>
        </div>
        <div>
          <dt>in</dt>
          <dd>{milliseconds(last - first)}</dd>
        </div>
        <div>
          <dt>peak, over {milliseconds(bins.width)}</dt>
          <dd>{octets(Math.round(peak))}/s</dd>
        </div>
      </dl>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Octets a second, peak ${octets(Math.round(peak))}`}
      >
        <line x1={GUTTER} x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--line)" />
        {[0.25, 0.5, 0.75, 1].map((part) => (
          <g key={part}>
            <line x1={GUTTER} x2={WIDTH} y1={y(part)} y2={y(part)} stroke="var(--line-2)" />
            <text x={GUTTER - 8} y={y(part) + 4} text-anchor="end" class="place-text">
              {octets(Math.round(peak * part))}/s
            </text>
          </g>
        ))}
        <path d={line(bins.out, perSecond, peak)} fill="none" stroke="var(--accent)" stroke-width="2" />
        <path
          d={line(bins.in, perSecond, peak)}
          fill="none"
          stroke="var(--smtp)"
          stroke-width="2"
          stroke-dasharray="5 3"
        />
      </svg>
      <p class="legend">
        <span style={{ "--c": "var(--accent)" }}>
          <i />
          written by our program
        </span>
        <span style={{ "--c": "var(--smtp)" }}>
          <i />
          read by our program (dashed)
        </span>
        <span class="drv">derived from the messages' times{socket === undefined ? ", all sockets" : ""}</span>
      </p>
    </div>
  );
}

function y(part: number): number {
  return HEIGHT - 6 - part * (HEIGHT - 24);
}

function line(bins: readonly number[], perSecond: (count: number) => number, peak: number): string {
  return bins
    .map(
      (count, bin) =>
        `${bin === 0 ? "M" : "L"}${(GUTTER + (bin / (BINS - 1)) * (WIDTH - GUTTER)).toFixed(1)} ${y(perSecond(count) / peak).toFixed(1)}`,
    )
    .join("");
}
