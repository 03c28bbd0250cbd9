/** What there is to see, in the list at the side. */
import { byId, draw, make } from "./dom.js";
import { mediaAddress } from "./screen.js";

/** @returns {Promise<Show[]>} */
export async function shows() {
  const response = await fetch("/api/shows");
  const { films, channels = [] } = await response.json();
  return [
    ...channels.map((/** @type {object} */ one) => ({
      renditions: [],
      subtitles: [],
      ...one,
      kind: "channel",
    })),
    ...films.map((/** @type {object} */ one) => ({ ...one, kind: "film" })),
  ];
}

/**
 * @param {readonly Show[]} all
 * @param {(show: Show) => void} choose
 */
export function list(all, choose) {
  for (const [id, kind] of /** @type {const} */ ([
    ["channels", "channel"],
    ["films", "film"],
  ])) {
    const section = byId(id, HTMLElement);
    const of = all.filter((show) => show.kind === kind);
    section.hidden = of.length === 0;
    section.querySelector("ul")?.replaceChildren(
      ...of.map((show) => {
        const sizes = show.renditions.map(({ label }) => (label === "film" ? "one size" : label)).join(", ");
        const facts = show.kind === "channel" ? "HLS, low latency, chunked" : sizes;
        const button = make(
          "button",
          { type: "button", "data-show": `${kind} ${show.name}` },
          poster(show),
          make("b", {}, show.name),
          make("span", {}, facts),
        );
        button.addEventListener("click", () => choose(show));
        return make("li", {}, button);
      }),
    );
  }
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
  const video = make("video", {
    class: "th",
    preload: "metadata",
    src: `${mediaAddress(smallest.file)}#t=2`,
    tabindex: "-1",
    "aria-hidden": "true",
  });
  if (video instanceof HTMLVideoElement) video.muted = true;
  return video;
}
