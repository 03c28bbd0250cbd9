/**
 * Where each bar goes. Most requests take a millisecond and the page takes two hundred: to scale, nothing could be
 * read. So the axis is stretched where much happens and squeezed where nothing does, for all lanes alike: what began
 * first stands further left, what went on at the same time overlaps, and the ticks say which moment a place is.
 * @import { Bar, Lane, Segment, Timeline } from "./types.d.ts"
 */
import { duration } from "./dom.js";

/** Requests drawn at the same time; of more, the latest. */
const DRAWN = 40;
/** Least widths, in parts of the track before it is scaled to fit. */
const LEAST = { accept: 5, tls: 34, request: 30, widest: 92, going: 120 };

/**
 * @param {readonly Lane[]} lanes
 * @param {number} apart percent between two ticks at least
 * @returns {Timeline}
 */
export function timeline(lanes, apart) {
  const times = lanes.flatMap(({ requests }) => requests.map(({ from }) => from)).toSorted((a, b) => a - b);
  const left = Math.max(0, times.length - DRAWN);
  const since = times[left] ?? 0;
  const segments = new Map(lanes.map((lane) => [lane.id, segmentsOf(lane, left === 0 ? -Infinity : since)]));
  const { place, end } = stretch([...segments.values()]);
  /** @param {number} x */
  const percent = (x) => Math.round((x / end) * 10000) / 100;
  const zero = Math.min(...[...segments.values()].flat().map(({ from }) => from));
  const bars = new Map(
    [...segments].map(([id, list]) => [
      id,
      list.map((segment) => {
        const from = percent(place(segment.from));
        const to = segment.to === undefined ? 100 : percent(place(segment.to));
        return { ...segment, left: from, width: Math.max(0, to - from) };
      }),
    ]),
  );
  return { bars, ticks: ticksOf([...bars.values()].flat(), zero, apart), zero, left };
}

/**
 * What happened on a lane, each after the other (RFC 9112 §9.3.2: answers come in the order of the requests).
 * @param {Lane} lane
 * @param {number} since
 * @returns {Segment[]}
 */
function segmentsOf(lane, since) {
  /** @type {Segment[]} */
  const segments = [];
  // What was opened for an earlier page has its place on that page's picture.
  if (lane.before === 0 && lane.opened !== undefined && lane.opened >= since) {
    const { opened, secured, tls } = lane;
    segments.push({
      kind: "accept",
      label: "",
      title: "accepted: the server's half is open",
      from: opened,
      to: opened,
    });
    if (secured !== undefined)
      segments.push({
        kind: "tls",
        label: "TLS",
        title: `${tls ?? "TLS"} handshake, ${duration(secured - opened)}`,
        from: opened,
        to: secured,
      });
  }
  for (const { method, path, kind, status, from, to } of lane.requests) {
    if (from < since) continue;
    const took = to === undefined ? "goes on" : `took ${duration(to - from)}`;
    const label =
      status === 101 ? "101" : `${status === undefined || status < 300 ? "" : `${status} `}${nameOf(path)}`;
    segments.push({
      kind,
      label: to === undefined && kind === "live" ? `GET ${path}  text/event-stream` : label,
      title: `${method} ${path} → ${status ?? "…"}, ${took}`,
      from,
      ...(to !== undefined && { to }),
    });
  }
  if (lane.protocolSince !== undefined)
    segments.push({
      kind: "live",
      label: "WebSocket frames",
      title: "a WebSocket from here on",
      from: lane.protocolSince,
      ...(lane.closed !== undefined && { to: lane.closed }),
    });
  return inTurn(segments);
}

/**
 * Times come rounded: nothing may begin before what stands in front of it has ended, nor take no time at all.
 * @param {readonly Segment[]} segments
 */
function inTurn(segments) {
  let free = -Infinity;
  return segments.map((segment) => {
    const from = Math.max(segment.from, free);
    if (segment.to === undefined) return { ...segment, from };
    const to = Math.max(segment.to, from + 0.01);
    free = to;
    return { ...segment, from, to };
  });
}

/**
 * A rising function from time to place, such that every segment has its least width.
 * @param {readonly (readonly Segment[])[]} lanes
 */
function stretch(lanes) {
  const all = lanes.flat();
  const moments = [
    ...new Set(all.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]))),
  ].toSorted((a, b) => a - b);
  /** @type {Map<number, Segment[]>} */
  const ending = new Map();
  for (const segment of all) {
    if (segment.to === undefined) continue;
    const list = ending.get(segment.to) ?? [];
    list.push(segment);
    ending.set(segment.to, list);
  }
  /** @type {Map<number, number>} */
  const places = new Map();
  let x = 0;
  let last = moments[0] ?? 0;
  for (const moment of moments) {
    // Twice as long is one step further: a second's silence does not push the rest from the page.
    x += Math.log2(1 + (moment - last) / 8) * 1.5;
    for (const segment of ending.get(moment) ?? [])
      x = Math.max(x, (places.get(segment.from) ?? 0) + leastOf(segment));
    places.set(moment, x);
    last = moment;
  }
  let end = x + 4;
  for (const { from, to } of all)
    if (to === undefined) end = Math.max(end, (places.get(from) ?? 0) + LEAST.going);
  return { place: (/** @type {number} */ moment) => places.get(moment) ?? 0, end };
}

/**
 * Room for its words, within reason.
 * @param {Segment} segment
 */
function leastOf({ kind, label }) {
  if (kind === "accept" || kind === "tls") return LEAST[kind];
  return Math.min(LEAST.widest, Math.max(LEAST.request, 14 + label.length * 6.6));
}

/**
 * @param {readonly Bar[]} bars
 * @param {number} zero
 * @param {number} apart
 */
function ticksOf(bars, zero, apart) {
  const ticks = [];
  let free = 0;
  for (const { left, from } of bars.toSorted((a, b) => a.left - b.left)) {
    // The last one's words need room to the right.
    if (left < free || left > 100 - apart / 2) continue;
    ticks.push({ left, at: from - zero });
    free = left + apart;
  }
  return ticks;
}

/**
 * The last part of a path: what people call the file.
 * @param {string} path
 */
export function nameOf(path) {
  if (path === "/") return "GET /";
  return path.replace(/\/$/, "").split("/").at(-1) ?? path;
}
