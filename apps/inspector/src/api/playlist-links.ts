/**
 * What a playlist names, and who asked for it: looked for among the messages that are kept when somebody wants to know, so
 * that nothing is spent on it while they come.
 */
import { decodeLatin1 } from "@socketscope/wire";
import {
  contentIn,
  fieldOf,
  playlistIn,
  playlistPieces,
  playlistText,
  type PlaylistPiece,
} from "../explain/playlist.ts";
import { maskText } from "../secrets.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";
import type { LinkView, PartView } from "../views.ts";

/** Pieces of one playlist that are shown. */
const SHOWN_PIECES = 1000;
/** Pieces of one playlist that are looked through for a name. */
const READ_PIECES = 50_000;
/** Requests shown for one name: a channel's playlist is asked for again and again. */
const SHOWN_LINKS = 3;
/** Playlists looked through for what a request asks for, from the newest on. */
const MOST_PLAYLISTS = 200;
/** Octets of one playlist as it travels. */
const MOST_OCTETS = 1024 * 1024;

interface ReadPlaylist {
  /** Of where it was asked for: what it names is seen from there. */
  readonly address: URL;
  /** A letter for each octet. */
  readonly text: string;
  /** Where its first octet stands in the stream; undefined: compressed, or in pieces. */
  readonly from: number | undefined;
}

/** Instead of the content's one part the playlist's own; `own`: those it has. */
export function playlistParts(
  store: Store,
  conversation: Conversation,
  kept: Kept,
  own: readonly PartView[],
): readonly PartView[] {
  const read = readPlaylist(conversation, kept);
  if (read === undefined) return own;
  const { from, text, address } = read;
  const pieces = playlistPieces(text, SHOWN_PIECES);
  const asked = askedFor(
    store,
    new Set(
      pieces.flatMap(({ names }) => (names === undefined ? [] : (addressOf(names.uri, address) ?? []))),
    ),
  );
  const shown = pieces.map((piece): PartView => {
    const { name, means, source, text: said } = piece;
    const links = linksOf(piece, address, asked);
    return {
      name,
      means,
      ...(source !== undefined && { source }),
      text: maskText(said),
      from: from === undefined ? kept.view.to : from + piece.from,
      to: from === undefined ? kept.view.to : from + piece.to,
      ...(links.length > 0 && { links }),
    };
  });
  return from === undefined ? [...own, ...shown] : shown;
}

/** The newest playlist before that request which names what it asks for. */
export function namedBy(store: Store, conversation: Conversation, request: Kept): LinkView | undefined {
  const asked = askedAddress(conversation, request);
  if (asked === undefined) return undefined;
  const playlists = [...store.sockets.values()].flatMap((one) =>
    one.kept.flatMap((kept) =>
      kept.told.holds === "playlist" && kept.view.order < request.view.order ? [[one, kept] as const] : [],
    ),
  );
  for (const [one, kept] of playlists
    .toSorted(([, a], [, b]) => b.view.order - a.view.order)
    .slice(0, MOST_PLAYLISTS)) {
    const read = readPlaylist(one, kept);
    if (read === undefined) continue;
    const names = playlistPieces(read.text, READ_PIECES).some(
      (piece) => piece.names !== undefined && addressOf(piece.names.uri, read.address) === asked.address,
    );
    if (names) return linkTo(kept, `the playlist ${maskText(read.address.pathname)}`);
  }
  return undefined;
}

interface Asked {
  readonly address: string;
  /** Of a range request. */
  readonly first: number | undefined;
  readonly link: LinkView;
}

/** Requests for one of these addresses, in their order, by address. */
function askedFor(store: Store, addresses: ReadonlySet<string>): ReadonlyMap<string, readonly Asked[]> {
  // Whose head is worth reading: a target's path is in the list already.
  const paths = new Set([...addresses].map((address) => /^[^/]*([^?]*)/.exec(address)?.[1] ?? ""));
  const found: Asked[] = [];
  for (const conversation of store.sockets.values())
    for (const kept of conversation.kept) {
      if (kept.view.kind !== "request") continue;
      const target = urlOf(targetOf(conversation, kept), "http://localhost/");
      if (target === undefined || !paths.has(target.pathname)) continue;
      const asked = askedAddress(conversation, kept);
      if (asked !== undefined && addresses.has(asked.address)) found.push(asked);
    }
  const byAddress = new Map<string, Asked[]>();
  for (const asked of found.toSorted((a, b) => a.link.at - b.link.at)) {
    const before = byAddress.get(asked.address);
    if (before === undefined) byAddress.set(asked.address, [asked]);
    else before.push(asked);
  }
  return byAddress;
}

function linksOf(
  { names }: PlaylistPiece,
  base: URL,
  asked: ReadonlyMap<string, readonly Asked[]>,
): readonly LinkView[] {
  const address = names === undefined ? undefined : addressOf(names.uri, base);
  if (names === undefined || address === undefined) return [];
  return (asked.get(address) ?? [])
    .filter(({ first }) => names.first === undefined || (first ?? 0) === names.first)
    .slice(-SHOWN_LINKS)
    .map(({ link }) => link);
}

/** "GET /a?b HTTP/1.1" → "/a?b". */
function targetOf(conversation: Conversation, { view, message }: Kept): string {
  const said = message.summary;
  // Of a long one the list has only the beginning.
  const line = said.endsWith("…")
    ? decodeLatin1(headOctets(conversation, { view })).split("\r\n", 1)[0]
    : said;
  return line?.split(" ")[1] ?? "";
}

function askedAddress(conversation: Conversation, request: Kept): Asked | undefined {
  const { view, message } = request;
  const octets = headOctets(conversation, request);
  const host = fieldOf(message, octets, "host");
  if (host === undefined) return undefined;
  const address = keyOf(urlOf(targetOf(conversation, request), `http://${host}/`));
  const first = /^bytes=(\d+)-/.exec(fieldOf(message, octets, "range") ?? "")?.[1];
  return address === undefined
    ? undefined
    : { address, first: first === undefined ? undefined : Number(first), link: linkTo(request, view.said) };
}

/** The playlist that this piece of content is of, as far as it is kept. */
function readPlaylist(conversation: Conversation, { view }: Kept): ReadPlaylist | undefined {
  const { direction } = view;
  const { kept } = conversation;
  let at = view.id;
  while (at > 0 && !isHead(kept[at], direction)) at--;
  const head = kept[at];
  if (head === undefined || !isHead(head, direction)) return undefined;
  const encoding = playlistIn(head.message, headOctets(conversation, head));
  const address = addressOfContent(conversation, head);
  if (encoding === undefined || address === undefined) return undefined;
  const contents: Uint8Array[] = [];
  let octets = 0;
  let from: number | undefined;
  for (const one of kept.slice(at + 1)) {
    if (one.view.direction !== direction || one.view.kind === "event") continue;
    if (one.told.holds !== "playlist" || octets > MOST_OCTETS) break;
    const content = contentIn(one.message, octetsOf(conversation, one, MOST_OCTETS));
    from ??= one.view.to - content.length;
    contents.push(content);
    octets += content.length;
  }
  const text = playlistText(Buffer.concat(contents), encoding);
  if (text === undefined) return undefined;
  const asItTravelled = contents.length === 1 && encoding === "" && kept[at + 1]?.view.kind === "content";
  return { address, text, from: asItTravelled ? from : undefined };
}

function isHead(kept: Kept | undefined, direction: string): boolean {
  return (
    kept !== undefined &&
    kept.view.direction === direction &&
    (kept.view.kind === "response" || kept.view.kind === "request")
  );
}

/** Where what this head announces was asked for, or is put. */
function addressOfContent(conversation: Conversation, head: Kept): URL | undefined {
  const request = head.view.kind === "request" ? head : conversation.kept[head.view.answers ?? -1];
  if (request === undefined) return undefined;
  const host = fieldOf(request.message, headOctets(conversation, request), "host");
  return host === undefined ? undefined : urlOf(targetOf(conversation, request), `http://${host}/`);
}

function addressOf(uri: string, base: URL): string | undefined {
  return keyOf(urlOf(uri, base.href));
}

function urlOf(target: string, base: string): URL | undefined {
  return URL.canParse(target, base) ? new URL(target, base) : undefined;
}

/** Host, path and query, without what a player adds to a playlist's address (rfc8216bis §6.2.5). */
function keyOf(url: URL | undefined): string | undefined {
  if (url === undefined) return undefined;
  const query = url.search
    .slice(1)
    .split("&")
    .filter((one) => one !== "" && !one.startsWith("_HLS_"))
    .join("&");
  return `${url.host}${url.pathname}${query === "" ? "" : `?${query}`}`;
}

function headOctets(conversation: Conversation, kept: Pick<Kept, "view">): Uint8Array {
  return octetsOf(conversation, kept, 64 * 1024);
}

function octetsOf(conversation: Conversation, { view }: Pick<Kept, "view">, most: number): Uint8Array {
  const read = conversation.octets[view.direction].read(view.from, Math.min(view.to, view.from + most));
  return read.from === view.from ? read.octets : new Uint8Array(0);
}

function linkTo({ view: { socket, id, at } }: Kept, said: string): LinkView {
  return { socket, id, at, said };
}
