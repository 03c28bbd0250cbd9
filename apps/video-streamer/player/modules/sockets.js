/** Who watches, and over which sockets: as the server counts them. */
import { byId, make, size } from "./dom.js";

/**
 * @typedef {{ you: boolean; program: string; show: string; delivery: string; octets: number;
 *   sockets: { remote: string; requests: number; octets: number }[] }} Viewer
 */

/** Octets this player has been sent, by the last answer. */
let mine = 0;

/** Asks, shows, and returns how many octets came to this player since it last asked. */
export async function sockets() {
  const response = await fetch("/api/viewers");
  /** @type {{ page: { local: Address; remote: Address }; viewers: Viewer[] }} */
  const { page, viewers } = await response.json();
  byId("watching", HTMLElement).textContent = String(viewers.length);
  byId("tuple", HTMLElement).replaceChildren(
    "this page: tcp ",
    make("b", {}, endpoint(page.remote)),
    " ⇄ ",
    make("b", {}, endpoint(page.local)),
  );
  const you = viewers.find((viewer) => viewer.you);
  byId("sockets", HTMLElement).replaceChildren(
    ...(you?.sockets ?? []).map(({ remote, requests, octets }) =>
      row(remote, "", `${requests} ${requests === 1 ? "request" : "requests"}`, size(octets)),
    ),
    ...(you === undefined ? [make("p", { class: "sub" }, "Nothing is being watched here.")] : []),
  );
  byId("viewers", HTMLElement).replaceChildren(
    ...viewers.map((viewer) => {
      const count = `${viewer.sockets.length} ${viewer.sockets.length === 1 ? "socket" : "sockets"}`;
      return row(
        viewer.you ? "You" : viewer.program,
        `${viewer.show} · ${viewer.delivery}`,
        count,
        size(viewer.octets),
      );
    }),
    ...(viewers.length === 0 ? [make("p", { class: "sub" }, "Nobody watches now.")] : []),
  );
  const octets = you?.octets ?? 0;
  const came = Math.max(0, octets - mine);
  mine = octets;
  return came;
}

/** @typedef {{ host: string; port: number }} Address */

/** @param {Address} address */
function endpoint({ host, port }) {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * @param {string} name
 * @param {string} more
 * @param {string} left
 * @param {string} right
 */
function row(name, more, left, right) {
  return make(
    "div",
    { class: "sk" },
    make("i"),
    make("span", { class: "n" }, name, make("small", {}, more)),
    make("span", { class: "b" }, right),
    make("span", { class: "a" }, left),
  );
}
