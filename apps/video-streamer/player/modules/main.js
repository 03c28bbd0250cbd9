/** The page: a list, a picture, and beside it what the sockets do. */
import { commands } from "./commands.js";
import { controls } from "./controls.js";
import { byId, make } from "./dom.js";
import { lesson } from "./lessons.js";
import { list, mark, shows } from "./library.js";
import { Plots, waterfall } from "./plots.js";
import { Screen } from "./screen.js";
import { sockets } from "./sockets.js";

const screen = new Screen(byId("video", HTMLVideoElement));
const plots = new Plots();

/** @type {Readonly<Record<Show["kind"], readonly (readonly [Delivery, string])[]>>} */
const DELIVERIES = {
  film: [
    ["progressive", "Progressive"],
    ["hls", "HLS"],
  ],
  channel: [
    ["hls", "HLS"],
    ["low-latency", "Low latency"],
    ["chunked", "Chunked"],
  ],
};

/**
 * @param {Show} show
 * @param {Delivery} [delivery]
 */
function open(show, delivery = "hls") {
  const again = screen.show === show && !screen.live ? screen.video.currentTime : 0;
  if (screen.show !== show) screen.rendition = 0;
  plots.clear();
  screen.open(show, delivery, again);
  mark(show);
  lesson(delivery);
  byId("title", HTMLElement).textContent = show.name;
  byId("delivery", HTMLElement).replaceChildren(
    ...DELIVERIES[show.kind].map(([key, words]) => {
      const button = make("button", { type: "button", "aria-pressed": String(key === delivery) }, words);
      button.addEventListener("click", () => open(show, key));
      return button;
    }),
  );
  commands(screen);
  history.replaceState(null, "", `#${show.kind}=${encodeURIComponent(show.name)}&by=${delivery}`);
}

/** "H.264 + AAC · segments of 2 s" */
function facts() {
  const { hls, show } = screen;
  if (show === undefined) return "It plays over the sockets you see beside it.";
  const level = hls?.levels[Math.max(0, hls.currentLevel)];
  const { videoWidth, videoHeight } = screen.video;
  const size = videoWidth > 0 ? `${videoWidth} × ${videoHeight}` : "";
  const codecs = level === undefined ? "" : [level.videoCodec, level.audioCodec].filter(Boolean).join(" + ");
  const kind = show.kind === "channel" ? "channel" : "film";
  return [kind, size, codecs].filter(Boolean).join(" · ");
}

let last = performance.now();
async function second() {
  const came = await sockets().catch(() => 0);
  const now = performance.now();
  const level = screen.hls?.levels[screen.hls.currentLevel];
  if (screen.show !== undefined) {
    plots.add({
      buffer: screen.buffer,
      behind: screen.behind,
      bitrate: level === undefined ? undefined : level.bitrate / 1_000_000,
      throughput: (8 * came) / (now - last) / 1000,
      stalls: screen.stalls,
    });
    byId("facts", HTMLElement).textContent = facts();
  }
  last = now;
  waterfall(screen.asked);
  setTimeout(second, 1000);
}

controls(screen);
let all = await shows();
const choose = (/** @type {Show} */ show) =>
  open(show, show.name === screen.show?.name ? screen.delivery : "hls");
list(all, choose);
const wanted = new URLSearchParams(location.hash.slice(1));
for (const kind of /** @type {const} */ (["film", "channel"])) {
  const show = all.find((one) => one.kind === kind && one.name === wanted.get(kind));
  const by = DELIVERIES[kind].find(([key]) => key === wanted.get("by"))?.[0];
  if (show !== undefined) open(show, by);
}
await second();

/** Channels come and go with their publishers. */
async function look() {
  const now = await shows().catch(() => all);
  const channels = (/** @type {Show[]} */ list) =>
    JSON.stringify(list.filter(({ kind }) => kind === "channel"));
  if (channels(now) !== channels(all)) {
    list(now, choose, ["channel"]);
    if (screen.show !== undefined) mark(screen.show);
  }
  all = now;
  setTimeout(look, 2000);
}
setTimeout(look, 2000);
// For tests and the curious: what is played, and how it goes.
Object.assign(globalThis, { screen });
