/**
 * Channels by HLS: `/live/NAME/master.m3u8` (low latency), `plain.m3u8`, `ts.m3u8`, and below `360p/` the playlists,
 * segments and parts; `/live/NAME.mp4` and `/live/NAME.ts`, which do not end.
 */
import { deltaOf, formatPlaylist, type Playlist } from "@socketscope/media";
import { answerOctets, type Request, type Response } from "@socketscope/web";
import { goneSignal, pathParts, PLAYLIST_TYPE, say } from "../answers.ts";
import { FilmError } from "../films/film-error.ts";
import { partsOf, type AirRendition, type Channel } from "./channel.ts";
import type { Channels } from "./channels.ts";
import { endless } from "./endless.ts";
import { liveMaster, livePlaylist, type LiveLane } from "./playlists.ts";
import { readReload, type Awaited } from "./reload.ts";
import { endlessTransport, transportFor } from "./transport.ts";
import { liveTransportMaster, liveTransportPlaylist, transportSegment } from "./ts-playlists.ts";

/** RFC 9111 §5.2.2.1: a minute, in which it leaves the window. */
const SEGMENT_CACHE = "public, max-age=60";
const PLAYLIST_CACHE = "no-cache";

const FILE =
  /^(video|audio)(?:(-plain)?\.m3u8|-init-([0-9]{1,6})\.mp4|-([0-9]{1,12})(?:\.([0-9]{1,6}))?\.m4s)$/;

const TS_FILE = /^ts(?:\.m3u8|-([0-9]{1,12})\.ts)$/;

export class Live {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** For GET and HEAD below `/live/`. */
  async answer(request: Request): Promise<Response> {
    const [, first = "", ...rest] = pathParts(request) ?? [];
    const [, name, form] = rest.length === 0 ? (/^(.+)\.(mp4|ts)$/.exec(first) ?? []) : [undefined, first];
    try {
      const channel = name === undefined ? undefined : await this.#channels.get(name);
      if (channel === undefined) return say(404, "There is no channel of that name.");
      // Of a channel that has just begun there is something once its first segment is whole.
      if (channel.current === 0 && !(await channel.awaitSegment(0, goneSignal(request))))
        return say(503, `${channel.name} has not begun yet.`, ["Retry-After", "2"]);
      if (rest.length === 0)
        return form === "ts" ? endlessTransport(request, channel) : endless(request, channel);
      return (
        (await this.#find(request, channel, rest)) ?? say(404, `There is no such part of ${channel.name}.`)
      );
    } catch (error) {
      if (!(error instanceof FilmError)) throw error;
      return say(404, `${first} is not on the air: ${error.message}.`);
    }
  }

  async #find(
    request: Request,
    channel: Channel,
    [first, second, third]: readonly string[],
  ): Promise<Response | undefined> {
    if (third !== undefined) return undefined;
    if (second === undefined) {
      if (first === "ts.m3u8") return playlistAnswer(request, liveTransportMaster(channel));
      if (first !== "master.m3u8" && first !== "plain.m3u8") return undefined;
      return playlistAnswer(request, liveMaster(channel, first === "plain.m3u8"));
    }
    const rendition = channel.renditions.find(({ label }) => label === first);
    if (rendition === undefined) return undefined;
    const transport = TS_FILE.exec(second);
    if (transport !== null) return transportAnswer(request, channel, rendition, transport[1]);
    const [, lane, plain, film, number, part] = FILE.exec(second) ?? [];
    if (lane !== "video" && lane !== "audio") return undefined;
    if (!rendition.tracks.some((one) => one[lane] !== undefined)) return undefined;
    if (film !== undefined) return initAnswer(request, channel, rendition, Number(film), lane);
    if (number === undefined) return this.#playlist(request, channel, rendition, lane, plain !== undefined);
    if (part === undefined) return segmentAnswer(request, channel, rendition, lane, Number(number));
    return partAnswer(request, channel, rendition, lane, Number(number), Number(part));
  }

  async #playlist(
    request: Request,
    channel: Channel,
    rendition: AirRendition,
    lane: LiveLane,
    plain: boolean,
  ): Promise<Response> {
    const query = readReload(plain ? "" : request.query);
    if (query.kind === "bad") return say(400, `A blocking reload cannot be answered: ${query.why}.`);
    if (query.kind === "wait") {
      const { segment } = query.awaited;
      // rfc8216bis §6.2.5.2: who asks for what is further away than the next but one has lost his way.
      if (segment > channel.current + 2)
        return say(400, `Segment ${segment} is too far off: ${channel.current} is being made.`);
      if (!channel.ended && !(await reached(channel, rendition, lane, query.awaited, goneSignal(request))))
        return say(503, "It has not come in time.");
    }
    const playlist = await livePlaylist(channel, rendition, lane, plain);
    return playlistAnswer(request, query.skip ? deltaOf(playlist) : playlist);
  }
}

/** Waits until the playlist has what is waited for. */
async function reached(
  channel: Channel,
  rendition: AirRendition,
  lane: LiveLane,
  { segment, part }: Awaited,
  gone: AbortSignal,
): Promise<boolean> {
  // What has long been there is not made again for the sake of a number.
  if (segment < channel.oldest.listed) return true;
  if (part === undefined) return channel.awaitSegment(segment, gone);
  if ((await channel.awaitPart(rendition, segment, part, lane, gone)) !== undefined) return true;
  if (gone.aborted) return false;
  // rfc8216bis §6.2.5.2: a part behind the last one is the first of the next segment.
  if ((await channel.awaitPart(rendition, segment + 1, 0, lane, gone)) !== undefined) return true;
  // A segment that ended without any of that lane, such as one in which nothing sounds: there is nothing to wait for.
  return segment + 1 < channel.current;
}

function playlistAnswer(request: Request, playlist: Playlist): Response | Promise<Response> {
  const octets = Buffer.from(formatPlaylist(playlist));
  return answerOctets(request, { octets, type: PLAYLIST_TYPE, cacheControl: PLAYLIST_CACHE });
}

function initAnswer(
  request: Request,
  channel: Channel,
  rendition: AirRendition,
  film: number,
  lane: LiveLane,
): Response | Promise<Response> | undefined {
  const init = channel.init(rendition, film, lane);
  if (init === undefined) return undefined;
  return answerOctets(request, {
    octets: init.octets,
    type: `${lane}/mp4`,
    etag: `${init.tag}-${lane}-init`,
    cacheControl: SEGMENT_CACHE,
  });
}

/** Throws FilmError when MPEG-TS does not carry its codecs here. */
async function transportAnswer(
  request: Request,
  channel: Channel,
  rendition: AirRendition,
  number: string | undefined,
): Promise<Response | undefined> {
  if (number === undefined) {
    transportFor(channel, rendition, channel.segment(channel.current - 1)?.film ?? 0);
    return playlistAnswer(request, liveTransportPlaylist(channel));
  }
  const octets = await transportSegment(channel, rendition, Number(number));
  if (octets === undefined) return undefined;
  const etag = `${channel.tag}-ts-${number}`;
  return answerOctets(request, { octets, type: "video/mp2t", etag, cacheControl: SEGMENT_CACHE });
}

/** Whole when it has been made; the one that is being made comes chunk by chunk, a part each. */
async function segmentAnswer(
  request: Request,
  channel: Channel,
  rendition: AirRendition,
  lane: LiveLane,
  number: number,
): Promise<Response | undefined> {
  const { current, oldest } = channel;
  if (number < oldest.kept || number > current) return undefined;
  const type = `${lane}/mp4`;
  if (number < current) {
    const parts = await channel.parts(rendition, number, lane);
    const octets = Buffer.concat(parts.map((part) => part.octets));
    const etag = `${channel.tag}-${lane}-${number}`;
    return answerOctets(request, { octets, type, etag, cacheControl: SEGMENT_CACHE });
  }
  const gone = goneSignal(request);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for await (const { octets } of partsOf(channel, rendition, number, lane, gone)) yield octets;
  };
  const fields = ["Content-Type", type, "Cache-Control", PLAYLIST_CACHE];
  return { status: 200, fields, content: { pieces: pieces() } };
}

/** rfc8216bis §6.2.6: a part that was hinted at is answered as soon as it is there. */
async function partAnswer(
  request: Request,
  channel: Channel,
  rendition: AirRendition,
  lane: LiveLane,
  number: number,
  index: number,
): Promise<Response | undefined> {
  if (number > channel.current + 1) return undefined;
  const part = await channel.awaitPart(rendition, number, index, lane, goneSignal(request));
  if (part === undefined) return undefined;
  const etag = `${channel.tag}-${lane}-${number}-${index}`;
  return answerOctets(request, {
    octets: part.octets,
    type: `${lane}/mp4`,
    etag,
    cacheControl: SEGMENT_CACHE,
  });
}
