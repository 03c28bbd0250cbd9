/** A viewer of HLS: chooses a rendition, follows its playlists, and fetches what a player would, when it would. */
import { setTimeout as later } from "node:timers/promises";
import {
  parsePlaylist,
  PlaylistError,
  type MasterPlaylist,
  type MediaPlaylist,
  type Playlist,
  type Variant,
} from "@socketscope/media";
import { ClientError } from "./errors.ts";
import type { Fetcher } from "./fetcher.ts";
import { HlsCursor, type Piece } from "./hls-cursor.ts";
import type { Playback } from "./playback.ts";
import { NOWHERE, sinkInto, type Output, type Sink } from "./sink.ts";

export interface HlsOptions {
  readonly lowLatency: boolean;
  /** Picture rows at most; undefined: as many as there are. */
  readonly rows: number | undefined;
  /** Fetch as fast as it comes, and not as fast as it is played. */
  readonly flatOut: boolean;
  readonly output: Output | undefined;
  readonly signal: AbortSignal;
}

/** Seconds of film that are fetched ahead of what is shown. */
const AHEAD = 30;
/** Times that a playlist is asked for without anything new in it. */
const PATIENCE = 30;

export class HlsViewer {
  readonly #fetcher: Fetcher;
  readonly #playback: Playback;
  readonly #options: HlsOptions;
  readonly #now: () => number;
  #sink: Sink = NOWHERE;
  /** Segments that had gone before they were fetched. */
  missed = 0;

  constructor(fetcher: Fetcher, playback: Playback, options: HlsOptions, now: () => number) {
    this.#fetcher = fetcher;
    this.#playback = playback;
    this.#options = options;
    this.#now = now;
  }

  /** Until the film ends, or the signal comes. `first`: what `url` gave. */
  async watch(url: URL, first: string): Promise<void> {
    const playlist = parsed(url, first);
    if (playlist.kind === "media") {
      if (this.#options.output !== undefined) this.#sink = sinkInto(this.#options.output, 1);
      await this.#follow(0, url, playlist);
      return;
    }
    const variant = chosen(playlist, this.#options.rows);
    if (variant === undefined)
      throw new ClientError("CLIENT_PLAYLIST", `${url.href}: there is nothing to show in it`);
    const sound = playlist.renditions.find(
      ({ type, groupId, uri }) => type === "AUDIO" && groupId === variant.audio && uri !== undefined,
    );
    const addresses = [variant.uri, ...(sound?.uri === undefined ? [] : [sound.uri])].map(
      (uri) => new URL(uri, url),
    );
    if (this.#options.output !== undefined) this.#sink = sinkInto(this.#options.output, addresses.length);
    await Promise.all(
      addresses.map(async (address, lane) => this.#follow(lane, address, await this.#playlist(address))),
    );
  }

  async #follow(lane: number, url: URL, begin: MediaPlaylist): Promise<void> {
    const cursor = new HlsCursor({ lowLatency: this.#options.lowLatency });
    const maps = new Maps();
    let playlist = begin;
    let pieces = cursor.take(playlist);
    if (lane === 0) this.#playback.skip(cursor.skipped);
    for (let empty = 0; ; pieces = cursor.take(playlist)) {
      for (const piece of pieces) await this.#fetch(lane, url, piece, maps);
      if (lane === 0) this.missed = cursor.missed;
      if (playlist.ended) return;
      empty = pieces.length > 0 ? 0 : empty + 1;
      if (empty > PATIENCE)
        throw new ClientError("CLIENT_PLAYLIST", `${url.href}: nothing new comes any more`);
      const query = cursor.query(playlist);
      // RFC 8216 §6.3.4: not sooner than a target duration; half of it when nothing was new.
      if (query === "" || empty > 0) {
        const seconds = playlist.targetDuration / (pieces.length > 0 && query === "" ? 1 : 2);
        await later(seconds * 1000, undefined, { signal: this.#options.signal });
      }
      const next = new URL(url);
      if (query !== "") next.search = url.search === "" ? query : `${url.search}&${query}`;
      playlist = await this.#playlist(next);
    }
  }

  async #playlist(url: URL): Promise<MediaPlaylist> {
    const playlist = parsed(url, await this.#fetcher.text(url));
    if (playlist.kind === "media") return playlist;
    throw new ClientError("CLIENT_PLAYLIST", `${url.href}: a master playlist where segments should be`);
  }

  async #fetch(lane: number, base: URL, piece: Piece, maps: Maps): Promise<void> {
    while (!this.#options.flatOut && this.#playback.buffer(this.#now()) > AHEAD)
      await later(250, undefined, { signal: this.#options.signal });
    if (piece.map !== undefined && maps.isNew(piece))
      await this.#copy(lane, new URL(piece.map, base), piece.mapRange);
    try {
      await this.#copy(lane, new URL(piece.uri, base), piece.byteRange);
    } catch (error) {
      // It has left the server: a player goes on with the next.
      if (!(error instanceof ClientError && error.status === 404)) throw error;
      this.missed++;
      return;
    }
    if (lane === 0) this.#playback.film(piece.duration, this.#now(), piece.wall);
  }

  async #copy(lane: number, url: URL, range: Piece["byteRange"]): Promise<void> {
    const { pieces } = await this.#fetcher.open(url, range);
    for await (const octets of pieces) await this.#sink.take(lane, octets);
  }
}

/** Which initialization section was fetched last. */
class Maps {
  #last: string | undefined;

  isNew({ map, mapRange }: Piece): boolean {
    const name = `${map} ${mapRange?.offset}`;
    const isNew = name !== this.#last;
    this.#last = name;
    return isNew;
  }
}

/** The largest that is allowed; of those alike the one of most bits. */
function chosen({ variants }: MasterPlaylist, rows: number | undefined): Variant | undefined {
  const shown = variants.filter(({ iFrames }) => !iFrames);
  const allowed = shown.filter(({ resolution }) => (resolution?.height ?? 0) <= (rows ?? Infinity));
  const ranked = (allowed.length > 0 ? allowed : shown).toSorted((a, b) => b.bandwidth - a.bandwidth);
  return allowed.length > 0 ? ranked[0] : ranked.at(-1);
}

function parsed(url: URL, text: string): Playlist {
  try {
    return parsePlaylist(text);
  } catch (error) {
    if (error instanceof PlaylistError)
      throw new ClientError("CLIENT_PLAYLIST", `${url.href}: ${error.message}`);
    throw error;
  }
}
