/** One lane of HLS, pictures or sound: its playlist is followed, and each piece fetched when a player would. */
import { merged, parsePlaylist, PlaylistError, type MediaPlaylist, type Playlist } from "@socketscope/media";
import { ClientError } from "./errors.ts";
import { HlsCursor, segmentAt, type Piece } from "./hls-cursor.ts";
import { labelOf, type Ladder } from "./ladder.ts";
import type { Playback } from "./playback.ts";
import type { Sink } from "./sink.ts";

/** Where octets come from. */
export interface Source {
  open(url: URL, range?: Piece["byteRange"]): Promise<{ readonly pieces: AsyncIterable<Uint8Array> }>;
  text(url: URL): Promise<string>;
}

/** Milliseconds that pass. */
export interface Time {
  now(): number;
  wait(ms: number): Promise<void>;
}

export interface FollowerMeans {
  readonly source: Source;
  readonly playback: Playback;
  readonly time: Time;
  readonly sink: Sink;
  readonly lane: number;
  readonly lowLatency: boolean;
  readonly flatOut: boolean;
  /** Other renditions of the lane, and where their playlists are; undefined: it stays with the one. */
  readonly ladder: { readonly steps: Ladder; readonly base: URL } | undefined;
}

/** Seconds of film that are fetched ahead of what is shown. */
const AHEAD = 30;
/** Times that a playlist is asked for without anything new in it. */
const PATIENCE = 30;

export class Follower {
  readonly #means: FollowerMeans;
  #url: URL;
  #cursor: HlsCursor;
  #maps = new Maps();
  /** When the playlist came. */
  #came = 0;
  /** Segments that had gone when they were asked for. */
  #gone = 0;

  constructor(url: URL, means: FollowerMeans) {
    this.#url = url;
    this.#means = means;
    this.#cursor = new HlsCursor({ lowLatency: means.lowLatency });
  }

  /** Segments that had gone before they were fetched. */
  get missed(): number {
    return this.#gone + this.#cursor.missed;
  }

  /** Until nothing more comes. `first`: what is at its address, where that is known. */
  async run(first?: MediaPlaylist): Promise<void> {
    const { lane, playback } = this.#means;
    let playlist = first ?? (await this.#ask(this.#url));
    let pieces = this.#cursor.take(playlist);
    if (lane === 0) playback.skip(this.#cursor.skipped);
    for (let empty = 0; ;) {
      const left = await this.#fetchAll(pieces);
      if (left !== undefined) {
        playlist = await this.#changeOver(left);
        pieces = this.#cursor.take(playlist);
        continue;
      }
      if (playlist.ended) return;
      empty = pieces.length > 0 ? 0 : empty + 1;
      if (empty > PATIENCE)
        throw new ClientError("CLIENT_PLAYLIST", `${this.#url.href}: nothing new comes any more`);
      playlist = await this.#reload(playlist, empty, pieces.length > 0);
      pieces = this.#cursor.take(playlist);
    }
  }

  /** What is left once another rendition is to be taken; undefined: all was fetched. */
  async #fetchAll(pieces: readonly Piece[]): Promise<Piece | undefined> {
    const { ladder, playback } = this.#means;
    for (const piece of pieces) {
      await this.#untilWanted();
      // Where a segment begins, with a key picture, one can change over.
      if (piece.begins && ladder?.steps.step() === true) return piece;
      if (ladder !== undefined) playback.shows(labelOf(ladder.steps.current));
      await this.#fetch(piece);
    }
    return undefined;
  }

  /** On to the rendition that the ladder says, at the place where `left` begins. */
  async #changeOver(left: Piece): Promise<MediaPlaylist> {
    const { ladder, lowLatency } = this.#means;
    if (ladder !== undefined) this.#url = new URL(ladder.steps.current.uri, ladder.base);
    const playlist = await this.#ask(this.#url);
    this.#gone += this.#cursor.missed;
    this.#cursor = new HlsCursor({ lowLatency }, segmentAt(playlist, left));
    // RFC 8216 §6.3.3: what the decoder must have is another.
    this.#maps = new Maps();
    return playlist;
  }

  async #reload(before: MediaPlaylist, empty: number, isNew: boolean): Promise<MediaPlaylist> {
    const { time } = this.#means;
    const waited = this.#cursor.query(before);
    // RFC 8216 §6.3.4: not sooner than a target duration; half of it when nothing was new.
    if (waited === "" || empty > 0)
      await time.wait((before.targetDuration / (isNew && waited === "" ? 1 : 2)) * 1000);
    // rfc8216bis §6.3.7: only while what one has is younger than half of the skip boundary.
    const age = (time.now() - this.#came) / 1000;
    const skips = age < (before.serverControl?.canSkipUntil ?? 0) / 2;
    const update = await this.#ask(this.#address(waited, skips ? "_HLS_skip=YES" : ""));
    return merged(before, update) ?? (await this.#ask(this.#address(waited)));
  }

  #address(...directives: readonly string[]): URL {
    const next = new URL(this.#url);
    next.search = [this.#url.search.slice(1), ...directives].filter((one) => one !== "").join("&");
    return next;
  }

  async #ask(url: URL): Promise<MediaPlaylist> {
    const playlist = parsed(url, await this.#means.source.text(url));
    this.#came = this.#means.time.now();
    if (playlist.kind === "media") return playlist;
    throw new ClientError("CLIENT_PLAYLIST", `${url.href}: a master playlist where segments should be`);
  }

  async #untilWanted(): Promise<void> {
    const { flatOut, playback, time } = this.#means;
    if (flatOut) return;
    while (playback.buffer(time.now()) > AHEAD) await time.wait(250);
  }

  async #fetch(piece: Piece): Promise<void> {
    const { lane, playback, time, ladder } = this.#means;
    if (piece.map !== undefined && this.#maps.isNew(piece)) await this.#copy(piece.map, piece.mapRange);
    const begun = time.now();
    try {
      const octets = await this.#copy(piece.uri, piece.byteRange);
      ladder?.steps.came(octets, time.now() - begun, piece.duration);
    } catch (error) {
      // It has left the server: a player goes on with the next.
      if (!(error instanceof ClientError && error.status === 404)) throw error;
      this.#gone++;
      return;
    }
    if (lane === 0) playback.film(piece.duration, time.now(), piece.wall);
  }

  async #copy(uri: string, range: Piece["byteRange"]): Promise<number> {
    const { source, sink, lane } = this.#means;
    const { pieces } = await source.open(new URL(uri, this.#url), range);
    let octets = 0;
    for await (const piece of pieces) {
      octets += piece.length;
      await sink.take(lane, piece);
    }
    return octets;
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

export function parsed(url: URL, text: string): Playlist {
  try {
    return parsePlaylist(text);
  } catch (error) {
    if (error instanceof PlaylistError)
      throw new ClientError("CLIENT_PLAYLIST", `${url.href}: ${error.message}`);
    throw error;
  }
}
