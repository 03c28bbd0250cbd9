/** Octets a second in both directions, from the times of the messages. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { SocketView } from "../src/views.ts";
import type { PlottedRates, plotRates, RatesPlot } from "./plot/main.ts";
import { range, shown } from "./state.ts";
import { milliseconds, octets, sizeOf } from "./words.ts";

const BINS = 120;

export function Rates({ socket }: { readonly socket: SocketView | undefined }) {
  const messages = shown.value.filter(({ who }) => who !== "both");
  const first = messages[0]?.at;
  const last = messages.at(-1)?.at;
  if (first === undefined || last === undefined) return <p class="nobody">Nothing was said here yet.</p>;
  /** Milliseconds of one bin. */
  const width = Math.max(1, (last - first) / BINS);
  const bins = {
    in: Array.from({ length: BINS }, () => 0),
    out: Array.from({ length: BINS }, () => 0),
  };
  for (const message of messages) {
    const bin = Math.min(BINS - 1, Math.floor((message.at - first) / width));
    bins[message.direction][bin] = (bins[message.direction][bin] ?? 0) + sizeOf(message);
  }
  const perSecond = (count: number): number => (count * 1000) / width;
  const [read, written] = [bins.in.map(perSecond), bins.out.map(perSecond)];
  const peak = Math.max(1, ...read, ...written);
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
          <dt>peak, over {milliseconds(width)}</dt>
          <dd>{octets(Math.round(peak))}/s</dd>
        </div>
      </dl>
      <Plot
        rates={{ at: read.map((_, bin) => bin * width), read, written }}
        from={first}
        label={`Octets a second, peak ${octets(Math.round(peak))}`}
      />
      <p class="legend">
        <span>drag to choose a stretch · the lists follow it</span>
        <span class="drv">derived from the messages' times{socket === undefined ? ", all sockets" : ""}</span>
      </p>
    </div>
  );
}

function Plot({
  rates,
  from,
  label,
}: {
  readonly rates: PlottedRates;
  /** Milliseconds since 1970, of the first message. */
  readonly from: number;
  readonly label: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<RatesPlot | undefined>(undefined);
  const latest = useRef({ rates, from });
  const failed = useSignal(false);
  latest.current = { rates, from };
  useEffect(() => {
    let gone = false;
    const begin = async (): Promise<void> => {
      const { plotRates: begun } = await loadPlot();
      if (gone || box.current === null) return;
      plot.current = begun(box.current, {
        octets,
        milliseconds,
        chosen: (a, b) => (range.value = [latest.current.from + a, latest.current.from + b]),
      });
      plot.current.show(latest.current.rates);
    };
    begin().catch(() => (failed.value = true));
    return () => {
      gone = true;
      plot.current?.close();
    };
  }, []);
  useEffect(() => plot.current?.show(rates));
  if (failed.value) return <p class="nobody">The plot did not come from the inspector.</p>;
  return <div ref={box} class="plot-box" role="group" aria-label={label} />;
}

/** Where the server has it; not a part of this script. */
const PLOT = "/plot.js";

async function loadPlot(): Promise<{ readonly plotRates: typeof plotRates }> {
  if (document.querySelector('link[href="/plot.css"]') === null) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = "/plot.css";
    document.head.append(style);
  }
  return import(PLOT);
}
