/**
 * Draws the lanes: one for each socket. What is drawn stays where it is while the pointer is over it.
 * @import { Bar, Lane } from "./types.d.ts"
 */
import { byId, counted, duration, element, octets } from "./dom.js";
import { factsOf, headlineOf, whyOf } from "./facts.js";
import { timeline } from "./timeline.js";

/** Percent: below it a bar's words would be cut on a phone. */
const NARROW = 13;
/** Pixels that a tick and its words take. */
const TICK = 84;

const list = byId("lanes", HTMLOListElement);
const axis = byId("axis", HTMLElement);
/** @type {Map<number, Lane>} */
const known = new Map();
/** @type {Map<number, HTMLElement>} */
const drawn = new Map();
let waiting = false;

list.addEventListener("pointerleave", () => {
  if (waiting) draw();
});

// The words under the axis need room, whatever the window does.
let width = 0;
new ResizeObserver(() => {
  if (list.clientWidth === width) return;
  width = list.clientWidth;
  requestAnimationFrame(draw);
}).observe(list);

/** @param {readonly Lane[]} lanes those that changed */
export function tell(lanes) {
  for (const lane of lanes) known.set(lane.id, lane);
  requestAnimationFrame(draw);
}

function draw() {
  // Nothing moves under the cursor. A finger does not hover: what it touched last would count as pointed at.
  waiting = matchMedia("(hover: hover)").matches && list.matches(":hover");
  if (waiting) return;
  const lanes = [...known.values()].toSorted((a, b) => firstOf(a) - firstOf(b));
  byId("waiting", HTMLElement).hidden = lanes.length > 0;
  const { bars, ticks, zero, left } = timeline(lanes, (TICK / Math.max(list.clientWidth - 380, 320)) * 100);
  for (const lane of lanes) {
    const row =
      drawn.get(lane.id) ??
      element("li", "lane", element("div", "id"), element("div", "trk"), element("div", "use"));
    drawn.set(lane.id, row);
    const [id, track, use] = row.children;
    id?.replaceChildren(...nameOf(lane));
    track?.replaceChildren(...(bars.get(lane.id) ?? []).map(drawBar));
    track?.setAttribute("aria-hidden", "true");
    use?.replaceChildren(`${counted(lane.count, "request")} `, element("b", "", useOf(lane)));
  }
  const rows = lanes.flatMap(({ id }) => drawn.get(id) ?? []);
  if (rows.some((row, i) => list.children[i] !== row)) list.replaceChildren(...rows);
  axis.hidden = ticks.length === 0;
  axis.firstElementChild?.replaceChildren(
    ...ticks.map(({ left, at }) => {
      const tick = element("span", "", duration(at));
      tick.style.left = `${left}%`;
      return tick;
    }),
  );
  drawWords(lanes, zero);
  byId("undrawn", HTMLElement).textContent =
    left === 0 ? "" : `The first ${counted(left, "request")} ${left === 1 ? "is" : "are"} only counted here.`;
  drawFacts(lanes);
}

/** @param {Lane} lane */
function firstOf({ before, opened, requests }) {
  return before === 0 && opened !== undefined ? opened : (requests[0]?.from ?? 0);
}

/** @param {Lane} lane */
function nameOf({ remoteHost, remotePort, local }) {
  const host = remoteHost.includes(":") ? `[${remoteHost}]` : remoteHost;
  return [
    element("span", "far", `${host}:`),
    element("b", "", String(remotePort)),
    element("span", "near", ` ⇄ ${local}`),
  ];
}

/** @param {Lane} lane */
function useOf({ count, before, protocol, closed, requests }) {
  if (closed !== undefined) return "closed";
  if (protocol === "websocket") return "now WebSocket";
  if (requests.at(-1)?.kind === "live" && requests.at(-1)?.to === undefined) return "stays open";
  const again = before === 0 ? count - 1 : count;
  return again === 0 ? "not reused" : `reused ${again} ×`;
}

/** @param {Bar} bar */
function drawBar({ kind, label, title, left, width, to }) {
  const bar = element("span", `k-${kind}`, label);
  bar.title = title;
  bar.style.left = `${left}%`;
  bar.style.width = `${width}%`;
  bar.classList.toggle("narrow", width < NARROW);
  bar.classList.toggle("going", to === undefined);
  return bar;
}

/**
 * @param {readonly Lane[]} lanes
 * @param {number} zero
 */
function drawWords(lanes, zero) {
  const requests = lanes
    .flatMap((lane) => lane.requests.map((request) => ({ ...request, port: lane.remotePort })))
    .toSorted((a, b) => a.from - b.from);
  byId("words", HTMLElement).hidden = requests.length === 0;
  byId("rows", HTMLElement).replaceChildren(
    ...requests.map(({ from, to, port, method, path, status, octets: size }) => {
      const took = to === undefined ? "goes on" : to - from < 0.05 ? "under 0.1 ms" : duration(to - from);
      const cells = [
        duration(from - zero),
        String(port),
        `${method} ${path}`,
        String(status ?? "…"),
        size === undefined ? "" : octets(size),
        took,
      ];
      return element("tr", "", ...cells.map((cell) => element("td", "", cell)));
    }),
  );
}

/** @param {readonly Lane[]} lanes */
function drawFacts(lanes) {
  const facts = factsOf(lanes);
  if (facts.sockets === 0) return;
  const [before, stressed, after] = headlineOf(facts);
  byId("headline", HTMLElement).replaceChildren(before, element("em", "", stressed), after);
  byId("pic-title", HTMLElement).textContent = `Your ${stressed}, just now`;
  const { question, answer } = whyOf(lanes, facts);
  byId("why", HTMLElement).replaceChildren(element("b", "", question), ` ${answer}`);
  const values = {
    requests: String(facts.requests),
    reused: `${facts.reused} ×`,
    octets: facts.octetsKnown ? octets(facts.octets) : "not known",
    complete: complete(),
  };
  for (const [name, value] of Object.entries(values)) {
    const place = document.querySelector(`[data-fact="${name}"]`);
    if (place !== null && place.textContent !== value) place.textContent = value;
  }
  byId("facts", HTMLElement).hidden = false;
  byId("film-count", HTMLElement).textContent = facts.film === 0 ? "" : `asked for ${facts.film} × so far`;
}

/** What the browser measured, from the click to its load event. */
function complete() {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && entry.loadEventEnd > 0
    ? duration(entry.loadEventEnd)
    : "…";
}
