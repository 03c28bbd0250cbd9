/** What was told, as a picture: an SVG that needs nothing else. */
import type { Moment } from "./report.ts";

const WIDTH = 800;
const HEIGHT = 120;
const LEFT = 64;
const GAP = 36;

interface Panel {
  readonly name: string;
  readonly unit: string;
  readonly colour: string;
  readonly value: (moment: Moment) => number | undefined;
}

const PANELS: readonly Panel[] = [
  { name: "rate", unit: "Mbit/s", colour: "#1a56db", value: ({ rate }) => rate / 1e6 },
  { name: "buffer", unit: "s", colour: "#057a55", value: ({ buffer }) => buffer },
  { name: "latency", unit: "s", colour: "#9a3412", value: ({ latency }) => latency },
  { name: "stood still", unit: "s", colour: "#b91c1c", value: ({ stalled }) => stalled },
  { name: "lost", unit: "packets", colour: "#7c3aed", value: ({ lost }) => lost },
  {
    name: "gaps in the transport stream",
    unit: "",
    colour: "#be185d",
    value: ({ continuity }) => continuity,
  },
];

export function plot(moments: readonly Moment[], title: string): string {
  const end = Math.max(1, ...moments.map(({ time }) => time));
  const panels = PANELS.filter(({ value }) => moments.some((moment) => value(moment) !== undefined));
  const height = panels.length * (HEIGHT + GAP) + GAP + 24;
  const drawn = panels.map((panel, i) => drawPanel(panel, moments, end, GAP + 24 + i * (HEIGHT + GAP)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + LEFT + 20}" height="${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${escaped(title)}</text>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel(
  { name, unit, colour, value }: Panel,
  moments: readonly Moment[],
  end: number,
  top: number,
): string {
  const points = moments.flatMap((moment) => {
    const at = value(moment);
    return at === undefined ? [] : [[moment.time, at] as const];
  });
  const most = Math.max(0.001, ...points.map(([, at]) => at));
  const line = points
    .map(
      ([time, at]) =>
        `${(LEFT + (WIDTH * time) / end).toFixed(1)},${(top + HEIGHT - (HEIGHT * at) / most).toFixed(1)}`,
    )
    .join(" ");
  return [
    `<text x="${LEFT}" y="${top - 6}">${name}, ${unit}</text>`,
    `<path d="M${LEFT},${top}V${top + HEIGHT}H${LEFT + WIDTH}" fill="none" stroke="#6b7280"/>`,
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${most.toPrecision(3)}</text>`,
    `<text x="${LEFT - 6}" y="${top + HEIGHT}" text-anchor="end">0</text>`,
    `<text x="${LEFT + WIDTH}" y="${top + HEIGHT + 14}" text-anchor="end">${end.toFixed(0)} s</text>`,
    `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
