/** The plot of octets over time: a script of its own, for it is as large as half of the page, and loaded by who looks at rates. */
import uPlot from "uplot";

export interface PlottedRates {
  /** Milliseconds since the first message. */
  readonly at: readonly number[];
  /** Octets a second, by our program. */
  readonly written: readonly number[];
  readonly read: readonly number[];
}

export interface PlotOptions {
  readonly octets: (count: number) => string;
  readonly milliseconds: (ms: number) => string;
  /** Somebody has drawn over a stretch. */
  readonly chosen: (from: number, to: number) => void;
}

export interface RatesPlot {
  show(rates: PlottedRates): void;
  close(): void;
}

const HEIGHT = 300;
/** Pixels that a stretch has at least: less is a click. */
const STRETCH = 4;

function place(ms: number): string {
  for (const [unit, size] of [
    ["min", 60_000],
    ["s", 1000],
  ] as const)
    if (ms >= size) return `${Number((ms / size).toFixed(2))} ${unit}`;
  return `${Number(ms.toFixed(2))} ms`;
}

export function plotRates(box: HTMLElement, { octets, milliseconds, chosen }: PlotOptions): RatesPlot {
  // A canvas knows neither custom properties nor light-dark(): the style has to work them out.
  const colour = (name: string) => (): string => {
    box.style.color = `var(${name})`;
    return getComputedStyle(box).color;
  };
  const line = { stroke: colour("--line-2"), width: 1 };
  const axis = { stroke: colour("--ink-3"), grid: line, ticks: line, font: "12px system-ui, sans-serif" };
  const rate = (_: uPlot, count: number | null): string =>
    count === null ? "–" : `${octets(Math.round(count))}/s`;
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, space: 80, values: (_, ticks) => ticks.map(place) },
        { ...axis, size: 84, values: (_, ticks) => ticks.map((tick) => `${octets(Math.round(tick))}/s`) },
      ],
      series: [
        { label: "since the first message", value: (_, ms) => (ms === null ? "–" : milliseconds(ms)) },
        { label: "written by our program", stroke: colour("--accent"), width: 2, value: rate },
        { label: "read by our program", stroke: colour("--smtp"), width: 2, dash: [5, 3], value: rate },
      ],
      cursor: { drag: { x: true, y: false, setScale: false } },
      hooks: {
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < STRETCH) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            chosen(self.posToVal(left, "x"), self.posToVal(left + width, "x"));
          },
        ],
      },
    },
    [[], [], []],
    box,
  );
  const resized = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  resized.observe(box);
  const recolour = (): void => plot.redraw();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", recolour);
  const switched = new MutationObserver(recolour);
  switched.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return {
    show: ({ at, written, read }) => plot.setData([[...at], [...written], [...read]]),
    close() {
      resized.disconnect();
      scheme.removeEventListener("change", recolour);
      switched.disconnect();
      plot.destroy();
    },
  };
}
