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
  /** @type {{ page: { local: Address; remote: Address }; viewers: Viewer[]; casts: Cast[] }} */
  const { page, viewers, casts } = await response.json();
  const hearing = casts.reduce((sum, { receivers }) => sum + (receivers?.length ?? 0), 0);
  byId("watching", HTMLElement).textContent = String(viewers.length + hearing);
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
    ...casts.flatMap((cast) => sent(cast)),
    ...(viewers.length + casts.length === 0 ? [make("p", { class: "sub" }, "Nobody watches now.")] : []),
  );
  const octets = you?.octets ?? 0;
  const came = Math.max(0, octets - mine);
  mine = octets;
  return came;
}

/**
 * A channel in datagrams: one stream, however many hear it; of those that report it is known what they have lost.
 *
 * @param {Cast} cast
 */
function sent({ channel, url, cast, receivers }) {
  const count = receivers?.length;
  const to = { unicast: "to one machine", multicast: "to a group", broadcast: "to a network" }[cast];
  const told =
    count === undefined ? "UDP tells nobody" : `${count} ${count === 1 ? "receiver" : "receivers"}`;
  return [
    row(url, "", `${channel} · ${to}`, told),
    ...(receivers ?? []).map(({ remote, lost, losing, jitter }) =>
      row(
        remote,
        "hears it",
        `${lost} lost${losing > 0 ? `, now ${(100 * losing).toFixed(1)} %` : ""}`,
        `jitter ${jitter.toFixed(1)} ms`,
      ),
    ),
  ];
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
