/**
 * The page's one event stream, for the clock and for the sockets: each stream takes one of the six sockets that a
 * browser opens to a host, and a seventh page would wait for ever. So a page that nobody sees lets go of it.
 * @import { Lane } from "./types.d.ts"
 */
import { byId } from "./dom.js";

/**
 * @typedef {object} Listeners
 * @property {(lanes: readonly Lane[]) => void} sockets
 * @property {(time: string, id: string) => void} clock
 * @property {(lastId: string) => void} again
 */

/** @param {Listeners} listeners */
export function follow(listeners) {
  const state = byId("live-state", HTMLElement);
  const load = document.documentElement.dataset["load"] ?? "0";
  /** @type {EventSource | undefined} */
  let source;

  /**
   * @param {string} text
   * @param {"ok" | "deny" | ""} kind
   */
  const show = (text, kind) => {
    state.hidden = false;
    state.textContent = text;
    state.className = `chip ${kind}`;
  };

  const open = () => {
    if (source !== undefined) return;
    source = new EventSource(`/live?load=${load}`);
    source.addEventListener("open", () => show("live", "ok"));
    source.addEventListener("error", () => {
      // WHATWG HTML §9.2.3: closed means that it will not try again by itself.
      if (source?.readyState === EventSource.CLOSED) show("no news to be had", "deny");
      else show("coming back …", "deny");
    });
    source.addEventListener("sockets", ({ data }) => listeners.sockets(lanesOf(data)));
    source.addEventListener("clock", ({ data, lastEventId }) => listeners.clock(String(data), lastEventId));
    source.addEventListener("again", ({ data }) => listeners.again(String(data)));
  };
  const close = () => {
    source?.close();
    source = undefined;
    show("paused", "");
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  // A page kept for the back button keeps no stream.
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}

/**
 * @param {unknown} data
 * @returns {readonly Lane[]}
 */
function lanesOf(data) {
  const news = JSON.parse(String(data));
  return Array.isArray(news.lanes) ? news.lanes : [];
}
