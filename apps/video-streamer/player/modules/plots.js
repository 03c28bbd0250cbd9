/** What the sockets carry, second by second, and what was asked for and when. */
import { byId, draw, make } from "./dom.js";

/** Seconds that are shown. */
const SPAN = 60;

/** @type {readonly { key: Exclude<keyof Reading, "stalls">; label: string; unit: string; colour: string; least: number }[]} */
const PLOTS = [
  { key: "buffer", label: "Buffer", unit: "s", colour: "--video", least: 4 },
  { key: "behind", label: "Behind live", unit: "s", colour: "--http", least: 4 },
  { key: "bitrate", label: "Bit rate shown", unit: "Mbit/s", colour: "--smtp", least: 0.1 },
  { key: "throughput", label: "Throughput", unit: "Mbit/s", colour: "--ftp", least: 0.1 },
];

/**
 * A film of bars and a box takes some hundredths of a Mbit a second: nothing of it is to be called 0.
 *
 * @param {number} value
 * @param {string} unit
 */
function amount(value, unit) {
  if (unit === "Mbit/s" && value < 1) return value.toFixed(2);
  return value.toFixed(value < 10 ? 1 : 0);
}

export class Plots {
  /** @type {Reading[]} */
  #readings = [];
  #box = byId("plots", HTMLElement);

  clear() {
    this.#readings = [];
  }

  /** @param {Reading} reading */
  add(reading) {
    this.#readings.push(reading);
    if (this.#readings.length > SPAN + 1) this.#readings.shift();
    const rows = PLOTS.flatMap((plot) => this.#row(plot) ?? []);
    const stalls = make(
      "div",
      { class: "pl" },
      words("Stalls", String(reading.stalls), ""),
      make("span", {}, "the picture waited so often"),
    );
    this.#box.replaceChildren(...rows, stalls);
  }

  /** @param {(typeof PLOTS)[number]} plot */
  #row({ key, label, unit, colour, least }) {
    const values = this.#readings.map((reading) => reading[key]);
    if (values.every((value) => value === undefined)) return undefined;
    const most = Math.max(least, ...values.map((value) => value ?? 0)) * 1.08;
    const first = SPAN + 1 - values.length;
    const points = values.flatMap((value, i) =>
      value === undefined
        ? []
        : [`${(((first + i) / SPAN) * 240).toFixed(1)} ${(38 - (value / most) * 34).toFixed(1)}`],
    );
    const now = values.at(-1);
    const shown = now === undefined ? "–" : amount(now, unit);
    const line = points.join("L");
    const [begin = "0", end = "240"] = [points[0]?.split(" ")[0], points.at(-1)?.split(" ")[0]];
    const picture = draw(
      "svg",
      {
        viewBox: "0 0 240 40",
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `${label} over the last minute, now ${shown} ${unit}`,
      },
      draw("line", { x1: 0, x2: 240, y1: 38.5, y2: 38.5, stroke: "var(--line)" }),
      ...(points.length === 0
        ? []
        : [
            draw("path", { d: `M${begin} 38L${line}L${end} 38Z`, fill: "currentColor", opacity: 0.15 }),
            draw("path", {
              d: `M${line}`,
              fill: "none",
              stroke: "currentColor",
              "stroke-width": 1.6,
              "vector-effect": "non-scaling-stroke",
            }),
          ]),
    );
    picture.style.setProperty("--c", `var(${colour})`);
    return make("div", { class: "pl" }, words(label, shown, unit), picture);
  }
}

/**
 * @param {string} label
 * @param {string} value
 * @param {string} unit
 */
function words(label, value, unit) {
  return make("div", {}, make("span", {}, label), make("b", {}, `${value} `, make("small", {}, unit)));
}

const LANES = /** @type {const} */ ({
  playlist: { y: 4, height: 12, colour: "var(--http)" },
  film: { y: 20, height: 34, colour: "var(--video)" },
  sound: { y: 58, height: 14, colour: "var(--smtp)" },
});
/** Seconds that are shown. */
const WINDOW = 24;

/**
 * One bar a request: where it stands is when, how wide it is how long it took, how high it is the quality.
 *
 * @param {readonly Asked[]} asked
 */
export function waterfall(asked) {
  const box = byId("waterfall", HTMLElement);
  const width = Math.max(260, box.clientWidth);
  const now = performance.now() / 1000;
  /** @param {number} at */
  const x = (at) => 62 + ((at - now + WINDOW) / WINDOW) * (width - 70);
  const recent = asked.filter(({ to }) => to > now - WINDOW);
  const bars = recent.map(({ lane, from, to, quality }) => {
    const { y, height, colour } = LANES[lane];
    const tall = Math.max(4, height * quality);
    const left = Math.max(62, x(from));
    return draw("rect", {
      x: left.toFixed(1),
      y: y + height - tall,
      width: Math.max(3, x(to) - left).toFixed(1),
      height: tall,
      rx: 1.5,
      fill: colour,
    });
  });
  const lines = [24, 20, 16, 12, 8, 4, 0].map((ago) =>
    draw(
      "g",
      {},
      draw("line", { x1: x(now - ago), x2: x(now - ago), y1: 2, y2: 76, stroke: "var(--line-2)" }),
      draw(
        "text",
        { x: x(now - ago), y: 90, "text-anchor": ago === 0 ? "end" : "middle" },
        ago === 0 ? "now" : `−${ago} s`,
      ),
    ),
  );
  const names = Object.entries(LANES).map(([name, { y, height }]) =>
    draw("text", { x: 0, y: y + height / 2 + 4 }, name),
  );
  const label =
    recent.length === 0
      ? "No requests in the last 24 seconds"
      : `${recent.length} requests in the last 24 seconds`;
  box.replaceChildren(
    draw(
      "svg",
      { viewBox: `0 0 ${width} 96`, role: "img", "aria-label": label },
      ...lines,
      ...names,
      ...bars,
    ),
  );
}
