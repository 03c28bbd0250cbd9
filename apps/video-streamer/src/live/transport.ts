/** A channel as MPEG-TS: what its parts hold, multiplexed anew, for HTTP and for datagrams. */
import {
  Fmp4Reader,
  MediaError,
  TsError,
  TsMultiplexer,
  type TsBurst,
  type TsTracks,
} from "@socketscope/media";
import type { Request, Response } from "@socketscope/web";
import { goneSignal, say } from "../answers.ts";
import { FilmError } from "../films/film-error.ts";
import { partsOf, type AirRendition, type Channel } from "./channel.ts";

/** Throws FilmError when MPEG-TS does not carry its codecs here. */
export function transportFor(channel: Channel, rendition: AirRendition, film: number): TsMultiplexer {
  try {
    return new TsMultiplexer(tracksOf(channel, rendition, film));
  } catch (error) {
    if (error instanceof TsError || error instanceof MediaError)
      throw new FilmError("FILM_CODEC", error.message, { cause: error });
    throw error;
  }
}

/** What the initialization section says of them: the same for films in a circle and for what is published. */
function tracksOf(channel: Channel, rendition: AirRendition, film: number): TsTracks {
  const init = channel.init(rendition, film, "both");
  const events = init === undefined ? [] : new Fmp4Reader().push(init.octets);
  const found = events.flatMap((event) => (event.type === "track" ? [event.track] : []));
  const tracks = {
    video: found.find((track) => track.kind === "video"),
    audio: found.find((track) => track.kind === "audio"),
  };
  if (found.length === 0)
    throw new FilmError("FILM_CODEC", "MPEG-TS is not made of its codecs here: H.264 and AAC only");
  return tracks;
}

/** From segment `begin` on, as it comes on the air. Ends when nothing comes any more, or `gone` is said. Throws FilmError. */
export async function* transportOf(
  channel: Channel,
  rendition: AirRendition,
  begin: number,
  gone: AbortSignal,
): AsyncGenerator<readonly TsBurst[]> {
  let mux: TsMultiplexer | undefined;
  let film: number | undefined;
  for (let number = begin; !gone.aborted; number++) {
    let came = false;
    for await (const { lanes } of partsOf(channel, rendition, number, "both", gone)) {
      came = true;
      const now = channel.segment(number)?.film ?? film ?? 0;
      if (mux === undefined) mux = transportFor(channel, rendition, now);
      else if (now !== film) {
        // Other tracks: a stream, unlike a file, may tell of them on the way.
        transportFor(channel, rendition, now);
        yield mux.change(tracksOf(channel, rendition, now));
      }
      film = now;
      yield mux.write(lanes);
    }
    if (!came) break;
  }
  if (mux !== undefined) yield mux.flush();
}

/** `/live/NAME.ts`: begins with the last whole segment, as the endless MP4 does. */
export function endlessTransport(request: Request, channel: Channel): Response {
  const [rendition] = channel.renditions;
  const begin = Math.max(channel.oldest.listed, channel.current - 1);
  if (rendition === undefined) return say(404, "There is no such channel.");
  // What cannot be carried is said before anything is sent.
  transportFor(channel, rendition, channel.segment(begin)?.film ?? 0);
  const gone = goneSignal(request);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for await (const bursts of transportOf(channel, rendition, begin, gone)) {
      const octets = Buffer.concat(bursts.map((burst) => burst.octets));
      if (octets.length > 0) yield octets;
    }
  };
  return {
    status: 200,
    fields: ["Content-Type", "video/mp2t", "Cache-Control", "no-store"],
    content: { pieces: pieces() },
  };
}
