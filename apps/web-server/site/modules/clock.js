/** Draws the time as it is pushed; the browser's own clock is not asked. */
import { byId } from "./dom.js";

/** Lines of the stream that are shown. */
const SHOWN = 2;
/** @type {string[]} */
const last = [];

/**
 * @param {string} time "14:05:52"
 * @param {string} id
 */
export function tick(time, id) {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  byId("time", HTMLElement).textContent = time;
  turn("hand-h", (hours % 12) * 30 + minutes / 2);
  turn("hand-m", minutes * 6 + seconds / 10);
  turn("hand-s", seconds * 6);
  last.push(`id: ${id}\ndata: ${time}`);
  if (last.length > SHOWN) last.shift();
  byId("events", HTMLElement).textContent = last.join("\n\n");
  if (!cameBack) note(`Pull the cable: the browser comes back by itself and says Last-Event-ID: ${id}.`);
}

let cameBack = false;

/** @param {string} lastId */
export function again(lastId) {
  cameBack = true;
  note(`The browser came back by itself, with Last-Event-ID: ${lastId}.`);
}

/** @param {string} text */
function note(text) {
  byId("clock-note", HTMLElement).textContent = text;
}

/**
 * @param {string} hand
 * @param {number} degrees
 */
function turn(hand, degrees) {
  byId(hand, SVGPathElement).setAttribute("transform", `rotate(${degrees} 66 66)`);
}
