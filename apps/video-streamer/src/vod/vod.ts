/**
 * HLS on demand: `/vod/NAME/master.m3u8`, `/vod/NAME/360p/video.m3u8`, `video.mp4`, `video-12.m4s`, `keys.m3u8`, `text-0.m3u8`; for
 * players that want MPEG-TS, `/vod/NAME/ts.m3u8`, `/vod/NAME/360p/ts.m3u8`, `ts-12.ts`.
 */
import { formatPlaylist, type Playlist } from "@socketscope/media";
import { answerOctets, type Request, type Response } from "@socketscope/web";
import { pathParts, PLAYLIST_TYPE, say } from "../answers.ts";
import { FilmError } from "../films/film-error.ts";
import type { Library, Title } from "../films/library.ts";
import type { FilmShelf, FilmVersion } from "../films/shelf.ts";
import { transportOf, type LaneName, type Packager } from "./packager.ts";
import { factsOf, keyPlaylist, masterPlaylist, mediaPlaylist, textPlaylist } from "./playlists.ts";
import { transportMaster, transportPlaylist } from "./ts-playlists.ts";

/** RFC 9111 §5.2.2.1: a file that is replaced keeps its name, so what was cut of it is not for ever. */
const SEGMENT_CACHE = "public, max-age=3600";
/** RFC 9111 §5.2.2.4: kept, but asked about each time. */
const PLAYLIST_CACHE = "no-cache";

const LANE_FILE = /^(video|audio)(?:\.(m3u8|mp4)|-([0-9]{1,6})\.m4s)$/;
const TS_FILE = /^ts(?:\.m3u8|-([0-9]{1,6})\.ts)$/;
const TEXT_FILE = /^text-([0-9]{1,3})\.m3u8$/;

export interface VodParts {
  readonly library: Library;
  readonly shelf: FilmShelf;
  readonly packager: Packager;
}

export class Vod {
  readonly #parts: VodParts;

  constructor(parts: VodParts) {
    this.#parts = parts;
  }

  /** For GET and HEAD below `/vod/`. */
  async answer(request: Request): Promise<Response> {
    const [, name, ...rest] = pathParts(request) ?? [];
    const title = name === undefined ? undefined : (await this.#parts.library.titles()).get(name);
    if (title === undefined) return say(404, "There is no film of that name.");
    try {
      return (await this.#find(request, title, rest)) ?? say(404, `There is no such part of ${title.name}.`);
    } catch (error) {
      if (!(error instanceof FilmError)) throw error;
      return say(404, `${title.name} cannot be had as HLS: ${error.message}.`);
    }
  }

  async #find(
    request: Request,
    title: Title,
    [first, second, third]: readonly string[],
  ): Promise<Response | undefined> {
    if (first === undefined || third !== undefined) return undefined;
    if (second === undefined) {
      if (first === "master.m3u8" || first === "ts.m3u8")
        return this.#master(request, title, first === "ts.m3u8");
      const text = TEXT_FILE.exec(first)?.[1];
      return text === undefined ? undefined : this.#text(request, title, Number(text));
    }
    const rendition = title.renditions.find(({ label }) => label === first);
    if (rendition === undefined) return undefined;
    const transport = TS_FILE.exec(second);
    if (transport !== null)
      return this.#transport(request, await this.#parts.shelf.version(rendition.path), transport[1]);
    if (second === "keys.m3u8") return this.#keys(request, await this.#parts.shelf.version(rendition.path));
    const [, lane, form, number] = LANE_FILE.exec(second) ?? [];
    if (lane !== "video" && lane !== "audio") return undefined;
    const version = await this.#parts.shelf.version(rendition.path);
    if (form === "m3u8") return this.#media(request, version, lane);
    return this.#octets(request, version, lane, number);
  }

  /** A rendition that cannot be read is left out, as long as there is another. */
  async #master(request: Request, title: Title, transport: boolean): Promise<Response> {
    const { shelf } = this.#parts;
    const looked = await Promise.allSettled(
      title.renditions.map(async ({ path, label }) => {
        const version = await shelf.version(path);
        return {
          tag: version.tag,
          facts: await shelf.with(version, (film) => {
            if (transport) transportOf(film);
            return factsOf(label, film);
          }),
        };
      }),
    );
    const found = looked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = looked.find((one) => one.status === "rejected");
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    const tag = [
      ...found.map((one) => one.tag),
      ...title.subtitles.map(({ file }) => encodeURIComponent(file)),
    ];
    const facts = found.map((one) => one.facts);
    return transport
      ? playlistAnswer(request, transportMaster(facts), `ts-${tag.join("-")}`)
      : playlistAnswer(request, masterPlaylist(title, facts), `master-${tag.join("-")}`);
  }

  async #media(request: Request, version: FilmVersion, lane: LaneName): Promise<Response | undefined> {
    const playlist = await this.#parts.shelf.with(version, (film) =>
      Promise.resolve(film[lane] === undefined ? undefined : mediaPlaylist(film, lane)),
    );
    return playlist && playlistAnswer(request, playlist, `${lane}-${version.tag}`);
  }

  async #keys(request: Request, version: FilmVersion): Promise<Response | undefined> {
    const playlist = await this.#parts.shelf.with(version, keyPlaylist);
    return playlist && playlistAnswer(request, playlist, `keys-${version.tag}`);
  }

  async #transport(
    request: Request,
    version: FilmVersion,
    number: string | undefined,
  ): Promise<Response | undefined> {
    if (number === undefined) {
      const playlist = await this.#parts.shelf.with(version, (film) => {
        transportOf(film);
        return Promise.resolve(transportPlaylist(film));
      });
      return playlistAnswer(request, playlist, `ts-${version.tag}`);
    }
    const segment = await this.#parts.packager.transport(version, Number(number));
    const etag = `${version.tag}-ts-${number}`;
    return segment?.answer(request, { type: "video/mp2t", etag, cacheControl: SEGMENT_CACHE });
  }

  async #text(
    request: Request,
    { renditions, subtitles }: Title,
    number: number,
  ): Promise<Response | undefined> {
    const text = subtitles[number];
    const [first] = renditions;
    if (text === undefined || first === undefined) return undefined;
    const version = await this.#parts.shelf.version(first.path);
    const duration = await this.#parts.shelf.with(version, (film) => Promise.resolve(film.duration));
    const uri = `../../media/${encodeURIComponent(text.file)}`;
    return playlistAnswer(request, textPlaylist(uri, duration), `text-${number}-${version.tag}`);
  }

  async #octets(
    request: Request,
    version: FilmVersion,
    lane: LaneName,
    number: string | undefined,
  ): Promise<Response | undefined> {
    const { packager } = this.#parts;
    const segment =
      number === undefined
        ? await packager.init(version, lane)
        : await packager.segment(version, lane, Number(number));
    return segment?.answer(request, {
      type: `${lane}/mp4`,
      etag: `${version.tag}-${lane}-${number ?? "init"}`,
      cacheControl: SEGMENT_CACHE,
    });
  }
}

function playlistAnswer(request: Request, playlist: Playlist, etag: string): Response | Promise<Response> {
  return answerOctets(request, {
    octets: Buffer.from(formatPlaylist(playlist)),
    type: PLAYLIST_TYPE,
    etag,
    cacheControl: PLAYLIST_CACHE,
  });
}
