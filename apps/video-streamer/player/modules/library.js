/** What there is to see, in the list at the side. */
import { byId, draw, make } from "./dom.js";
import { mediaAddress } from "./screen.js";

/** @returns {Promise<Show[]>} */
export async function shows() {
  const response = await fetch("/api/shows");
  const { films, channels = [], publications = [] } = await response.json();
  return [
    ...channels.map((/** @type {{ name: string }} */ one) => ({
      renditions: [],
      subtitles: [],
      ...one,
      publication: publications.find((/** @type {{ name: string }} */ { name }) => name === one.name),
      kind: "channel",
    })),
    ...films.map((/** @type {object} */ one) => ({ ...one, kind: "film" })),
  ];
}

/** What a publisher of a channel should know, or that it has gone. */
function told(/** @type {Show} */ { publication }) {
  if (publication === undefined) return [];
  const { going, refused, warning, by, from } = publication;
  if (refused !== undefined)
    return [make("span", { class: "warn" }, `Its publisher was refused: ${refused}.`)];
  if (!going) return [make("span", { class: "warn" }, "Its publisher has gone.")];
  const note =
    warning === undefined ? [] : [make("span", { class: "warn" }, `To its publisher: ${warning}.`)];
  return [make("span", {}, `${by} from ${from}`), ...note];
}

/**
 * @param {readonly Show[]} all
 * @param {(show: Show) => void} choose
 * @param {readonly Show["kind"][]} kinds
 */
export function list(all, choose, kinds = ["channel", "film"]) {
  for (const kind of kinds) {
    const section = byId(`${kind}s`, HTMLElement);
    const of = all.filter((show) => show.kind === kind);
    section.hidden = of.length === 0;
    section.querySelector("ul")?.replaceChildren(
      ...of.map((show) => {
        const sizes = show.renditions.map(({ label }) => (label === "film" ? "one size" : label)).join(", ");
        const facts = show.kind === "channel" ? "HLS, low latency, chunked" : sizes;
        const sent = new Set((show.casts ?? []).map(({ url, cast }) => `${cast} by ${schemeOf(url)}`));
        const button = make(
          "button",
          { type: "button", "data-show": `${kind} ${show.name}` },
          poster(show),
          make("b", {}, show.name),
          make("span", {}, facts),
          ...(sent.size === 0 ? [] : [make("span", {}, [...sent].join(", "))]),
          ...told(show),
        );
        button.addEventListener("click", () => choose(show));
        return make("li", {}, button);
      }),
    );
  }
}

/** @param {string} url */
function schemeOf(url) {
  return url.startsWith("rtp:") ? "RTP" : "UDP";
}

/** @param {Show} show */
export function mark({ kind, name }) {
  for (const button of document.querySelectorAll("[data-show]")) {
    if (button.getAttribute("data-show") === `${kind} ${name}`) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/**
 * Drawn by the browser from the film itself; of a channel there is nothing to draw it from.
 *
 * @param {Show} show
 */
function poster({ renditions }) {
  const smallest = renditions.at(-1);
  if (smallest === undefined) {
    const colours = ["#fff", "#f5d90a", "#12c2e9", "#2ecc71", "#c471ed", "#e74c3c", "#3498db"];
    const bars = colours.map((fill, i) => draw("rect", { x: i * 10.3, width: 10.4, height: 41, fill }));
    return draw("svg", { class: "th", viewBox: "0 0 72 41", "aria-hidden": "true" }, ...bars);
  }
  const canvas = make("canvas", { class: "th", width: "144", height: "82", "aria-hidden": "true" });
  if (canvas instanceof HTMLCanvasElement)
    drawn = drawn.then(() => drawFrom(`${mediaAddress(smallest.file)}#t=2`, canvas));
  return canvas;
}

/** One after the other: a browser has six sockets for a host, and the player needs most of them. */
let drawn = Promise.resolve();

/**
 * @param {string} address
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<void>}
 */
function drawFrom(address, canvas) {
  const video = document.createElement("video");
  return new Promise((done) => {
    const finish = () => {
      canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
      // Lets go of the socket.
      video.removeAttribute("src");
      video.load();
      done();
    };
    // A film that takes long is not waited for.
    setTimeout(finish, 3000);
    video.addEventListener("loadeddata", finish, { once: true });
    video.addEventListener("error", finish, { once: true });
    Object.assign(video, { muted: true, preload: "auto", src: address });
  });
}
