/**
 * The numbers above the picture, counted from the lanes.
 * @import { Lane } from "./types.d.ts"
 */

const WORDS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** @param {number} count */
export function inWords(count) {
  return WORDS[count] ?? String(count);
}

/** @param {readonly Lane[]} lanes */
export function factsOf(lanes) {
  const used = lanes.filter(({ count }) => count > 0);
  let requests = 0;
  let reused = 0;
  let octets = 0;
  for (const { count, before, octetsOut } of used) {
    requests += count;
    // The first request on a socket is what it was opened for; every other one found it open.
    reused += before === 0 ? count - 1 : count;
    octets += octetsOut ?? 0;
  }
  return {
    sockets: used.length,
    fresh: used.filter(({ before }) => before === 0).length,
    webSockets: used.filter(({ protocol }) => protocol === "websocket").length,
    film: used.flatMap((lane) => lane.requests).filter(({ kind }) => kind === "film").length,
    requests,
    reused,
    octets,
    /** False: of a socket that others use as well the octets are not told. */
    octetsKnown: used.every(({ octetsOut }) => octetsOut !== undefined),
  };
}

/**
 * What the page says first: [before, stressed, after].
 * @param {ReturnType<typeof factsOf>} facts
 * @returns {[string, string, string]}
 */
export function headlineOf({ sockets, fresh }) {
  const noun = `${inWords(sockets)} ${sockets === 1 ? "socket" : "sockets"}`;
  if (fresh === sockets) return ["Hello. Your browser opened ", noun, " to show you this page."];
  if (fresh === 0) return ["Hello again. Your browser used ", noun, " it already had."];
  return ["Hello again. Your browser used ", noun, `, ${inWords(fresh)} of them new.`];
}

/**
 * @param {readonly Lane[]} lanes
 * @param {ReturnType<typeof factsOf>} facts
 */
export function whyOf(lanes, { sockets, webSockets }) {
  const plain = sockets - webSockets;
  const most = lanes.reduce((best, lane) => (lane.count > best.count ? lane : best), {
    count: 0,
    remotePort: 0,
  });
  const limit =
    "HTTP/1.1 answers one request at a time on each socket. Browsers open up to six to one host, then requests wait in line.";
  const apart = webSockets === 0 ? "" : " A WebSocket is not counted among the six.";
  const saved =
    most.count < 2
      ? ""
      : ` Port ${most.remotePort} carried ${most.count} requests and was set up once: that is what keeping it open saves.`;
  return {
    question: plain === 6 ? "Why six?" : `Why ${inWords(sockets)}?`,
    answer: `${limit}${apart}${saved}`,
  };
}
