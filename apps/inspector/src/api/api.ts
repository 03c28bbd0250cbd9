/** The inspector's HTTP interface: what the page and the terminal stand on. Bytes of a peer leave as octets or JSON text, never as HTML. */
import { type Handler, lastEventId, type Request, type Response } from "@socketscope/web";
import { formatRecorded, recordingHead } from "@socketscope/recording";
import { SocketError } from "@socketscope/socket-core";
import { RemoteError } from "@socketscope/wire";
import { captureLive, captureOf } from "../exchange/pcapng.ts";
import { harOf } from "../exchange/har.ts";
import { loadOctets } from "../exchange/load.ts";
import { recordedLive, recordedOf } from "../exchange/recorded.ts";
import type { LessonFile } from "../lesson/lesson-file.ts";
import { MAX_PATTERN } from "../octet-pattern.ts";
import { maskUnread } from "../secrets.ts";
import { sayAgain } from "../take-part/again.ts";
import type { Controls } from "../take-part/controls.ts";
import { joinedOf, readGroupTable } from "../group-table.ts";
import { groupsOf } from "../groups.ts";
import type { Conversation } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";
import { CONTROL_PATH, takePart } from "./part.ts";
import { detailOf, type DetailOptions } from "./detail.ts";
import type { Feed } from "./feed.ts";
import { searchOctets } from "./search.ts";

export interface ApiOptions extends DetailOptions {
  readonly store: Store;
  readonly feed: Feed;
  /** Our own. */
  readonly version: string;
  /** Without it the inspector only looks. */
  readonly controls: Controls | undefined;
  /** PEM of the authority that signed our servers' certificates. */
  readonly certificate: () => Promise<string>;
  /** The file that it stands in, where our servers run beside us. */
  readonly trust: string | undefined;
  /** Who asks here may have TLS's keys, with which all secrets can be read. */
  readonly tlsKeys: boolean;
  /** Where somebody is in a lesson beside it; undefined where nothing runs. */
  readonly lesson: LessonFile | undefined;
}

/** Messages in one answer. */
const MAX_MESSAGES = 20_000;
/** Octets in one answer. */
const MAX_OCTETS = 4 * 1024 * 1024;

type Params = readonly string[];
type Route = readonly [
  pattern: RegExp,
  answer: (params: Params, query: URLSearchParams, request: Request) => Response | Promise<Response>,
];

export function api(options: ApiOptions): Handler {
  const { store, feed } = options;
  const socketOf = (key: string | undefined): Conversation | undefined => store.sockets.get(Number(key));
  const routes: readonly Route[] = [
    [/^\/api\/snapshot$/, () => json(snapshot(options))],
    [
      /^\/events$/,
      (_, query, request) => {
        const after = lastEventId(request) ?? query.get("after");
        return feed.follow(after === null ? feed.number : Number(after)).response;
      },
    ],
    [/^\/recording\.ndjson$/, (_, query, request) => recording(options, query, request)],
    [/^\/talk\.har$/, () => json(harOf(store, options))],
    [/^\/capture\.pcapng$/, (_, query, request) => capture(options, query, request)],
    [/^\/api\/search$/, (_, query) => searched(options, query)],
    [/^\/api\/groups$/, () => groups(store)],
    [/^\/api\/sockets$/, () => json([...store.sockets.values()].map(({ view }) => view))],
    [
      /^\/api\/sockets\/(\d+)\/messages$/,
      ([key], query) => {
        const socket = socketOf(key);
        if (socket === undefined) return notFound("no such socket");
        const from = numberOf(query, "from", 0);
        const limit = Math.min(numberOf(query, "limit", MAX_MESSAGES), MAX_MESSAGES);
        return json(socket.kept.slice(from, from + limit).map(({ view }) => view));
      },
    ],
    [
      /^\/api\/sockets\/(\d+)\/messages\/(\d+)$/,
      ([key, id]) => {
        const socket = socketOf(key);
        const detail = socket === undefined ? undefined : detailOf(socket, Number(id), options);
        return detail === undefined ? notFound("no such message") : json(detail);
      },
    ],
    [
      /^\/api\/sockets\/(\d+)\/octets\/(in|out)$/,
      ([key, direction], query) => {
        const socket = socketOf(key);
        return socket === undefined
          ? notFound("no such socket")
          : octetsOf(socket, direction === "in" ? "in" : "out", query, options.showSecrets);
      },
    ],
  ];
  const part = options.controls === undefined ? undefined : takePart(options.controls);
  return (request) => {
    const again = /^\/api\/sockets\/(\d+)\/messages\/(\d+)\/again$/.exec(request.path);
    if (again !== null && request.method === "POST" && options.controls !== undefined)
      return sayAgainTo(socketOf(again[1]), Number(again[2]), options);
    if (request.path.startsWith(CONTROL_PATH))
      return part?.(request) ?? notFound("this inspector only looks, and takes no part");
    if (request.path === "/api/import" && request.method === "POST")
      return importFile(options.store, request);
    if (request.method !== "GET" && request.method !== "HEAD")
      return { status: 405, fields: ["Allow", "GET, HEAD"], content: "405: only GET is answered here\n" };
    for (const [pattern, answer] of routes) {
      const found = pattern.exec(request.path);
      if (found !== null) return answer(found.slice(1), new URLSearchParams(request.query), request);
    }
    return notFound("there is nothing here");
  };
}

function snapshot({ store, feed, controls, lesson, trust, showSecrets }: ApiOptions): unknown {
  const { number } = feed;
  const latest = [...store.sockets.values()].flatMap(({ kept }) => kept.map(({ view }) => view));
  const messages = latest.toSorted((a, b) => a.order - b.order).slice(-MAX_MESSAGES);
  return {
    number,
    sources: store.sources,
    sockets: [...store.sockets.values()].map(({ view }) => view),
    refusals: store.refusals,
    messages,
    held: store.held,
    controls: controls?.views ?? [],
    takesPart: controls !== undefined,
    ...(trust !== undefined && { trust }),
    lesson: lesson?.view,
    showSecrets,
  };
}

/** Of UDP, and who has joined them on this machine. */
async function groups(store: Store): Promise<Response> {
  const table = await readGroupTable();
  const found = groupsOf([...store.sockets.values()].map(({ view }) => view));
  return json(
    found.map((group) => {
      const joined = joinedOf(table, group.group.host);
      return { ...group, ...(joined && { joined }) };
    }),
  );
}

async function sayAgainTo(
  socket: Conversation | undefined,
  id: number,
  options: ApiOptions,
): Promise<Response> {
  if (socket?.kept[id] === undefined) return notFound("no such message");
  const source = options.store.source(socket.source);
  const runsHere = source?.connected === true && source.here;
  try {
    const said = await sayAgain(socket, id, { ...options, runsHere });
    return typeof said === "string" ? { ...json({ detail: said }), status: 409 } : json(said);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    return { ...json({ detail: error.message }), status: 502 };
  }
}

/** `hex`: octets to be looked for; `from`: the place in the order to begin with. */
function searched({ store, showSecrets }: ApiOptions, query: URLSearchParams): Response {
  const hex = query.get("hex") ?? "";
  if (!/^(?:[\da-f]{2})+$/i.test(hex) || hex.length / 2 > MAX_PATTERN)
    return {
      ...json({ detail: `hex: 1 to ${MAX_PATTERN} octets, each of two hex digits` }),
      status: 400,
    };
  return json(searchOctets(store, Buffer.from(hex, "hex"), numberOf(query, "from", 0), { showSecrets }));
}

/** `live`: it goes on as it happens. */
function recording({ store, showSecrets }: ApiOptions, query: URLSearchParams, request: Request): Response {
  return {
    status: 200,
    fields: [
      "Content-Type",
      "application/x-ndjson",
      "Content-Disposition",
      'attachment; filename="socketscope.ndjson"',
      "Cache-Control",
      "no-store",
    ],
    content: {
      pieces: query.has("live")
        ? liveLines(store, showSecrets, untilGone(request))
        : linesOf(store, showSecrets),
    },
  };
}

/** A file that was dropped on the page. */
async function importFile(store: Store, request: Request): Promise<Response> {
  try {
    return json(await loadOctets(store, request.body));
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { ...json({ detail: error.message }), status: 400 };
  }
}

/** `once`: what is known now, and then it ends. `ports=real`: as they are. `tls-keys`: TLS's records, and what opens them. */
function capture(
  { store, showSecrets, tlsKeys: mayHaveKeys }: ApiOptions,
  query: URLSearchParams,
  request: Request,
): Response {
  const tlsKeys = query.has("tls-keys");
  if (tlsKeys && !mayHaveKeys)
    return {
      ...json({
        detail:
          "TLS's keys open all secrets: ask the socket in the state folder (inspector export --tls-keys), or start with --show-secrets",
      }),
      status: 403,
    };
  const options = {
    showSecrets,
    tlsKeys,
    ports: query.get("ports") === "real" ? ("real" as const) : ("well-known" as const),
  };
  const pieces = query.has("once")
    ? gathered(captureOf(store, options))
    : captureLive(store, options, untilGone(request));
  return {
    status: 200,
    fields: [
      "Content-Type",
      "application/x-pcapng",
      "Content-Disposition",
      'attachment; filename="socketscope.pcapng"',
      "Cache-Control",
      "no-store",
      ...(tlsKeys ? [KEYS_FIELD, String(withKeys(store))] : []),
    ],
    content: { pieces },
  };
}

/** In how many connections the keys in a capture open something, as far as is known when it begins. */
export const KEYS_FIELD = "tls-keys";

function withKeys(store: Store): number {
  return [...store.sockets.values()].filter(({ wire }) => (wire?.keys.length ?? 0) > 0).length;
}

/** Octets written at once. */
const PIECE = 64 * 1024;

async function* gathered(blocks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let some: Uint8Array[] = [];
  let length = 0;
  for (const block of blocks) {
    some.push(block);
    length += block.length;
    if (length < PIECE) continue;
    yield Buffer.concat(some);
    some = [];
    length = 0;
  }
  yield Buffer.concat(some);
}

/** Lines written at once. */
const LINES = 200;

async function* linesOf(store: Store, showSecrets: boolean): AsyncGenerator<Uint8Array> {
  let lines = recordingHead(Date.now());
  let count = 0;
  for (const recorded of recordedOf(store, showSecrets)) {
    lines += formatRecorded(recorded);
    count += 1;
    if (count % LINES > 0) continue;
    yield Buffer.from(lines);
    lines = "";
  }
  yield Buffer.from(lines);
}

/** All that is known, and then what comes, until nobody reads any more. */
async function* liveLines(
  store: Store,
  showSecrets: boolean,
  until: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(recordingHead(Date.now()));
  for await (const batch of recordedLive(store, showSecrets, until))
    yield Buffer.from(batch.map(formatRecorded).join(""));
}

function untilGone(request: Request): AbortSignal {
  const gone = new AbortController();
  request.onGone?.(() => gone.abort());
  return gone.signal;
}

/** What is kept of [from, to): the field Content-Range says which octets these are. */
function octetsOf(
  socket: Conversation,
  direction: "in" | "out",
  query: URLSearchParams,
  showSecrets: boolean,
): Response {
  const kept = socket.octets[direction];
  const from = numberOf(query, "from", 0);
  const to = Math.min(numberOf(query, "to", kept.end), kept.end, from + MAX_OCTETS);
  const read = kept.read(from, to);
  const content = showSecrets ? read.octets : maskUnread(socket.kept, direction, read.from, read.octets);
  return {
    status: 200,
    fields: [
      "Content-Type",
      "application/octet-stream",
      "Cache-Control",
      "no-store",
      "X-Octets-From",
      String(read.from),
    ],
    content,
  };
}

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(query.get(name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
}

function json(value: unknown): Response {
  return {
    status: 200,
    fields: ["Content-Type", "application/json", "Cache-Control", "no-store"],
    content: JSON.stringify(value),
  };
}

function notFound(why: string): Response {
  return {
    status: 404,
    fields: ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"],
    content: `404: ${why}\n`,
  };
}
