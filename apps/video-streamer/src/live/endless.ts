/** One response that never ends: fragmented MP4, a chunk for each part as it is made. */
import { MediaError } from "@socketscope/media";
import type { Request, Response } from "@socketscope/web";
import { goneSignal, say } from "../answers.ts";
import { partsOf, type Channel } from "./channel.ts";

/** It begins with the last whole segment: a key picture, and enough to start with that the player need not wait for each part. */
export function endless(request: Request, channel: Channel): Response {
  const [rendition] = channel.renditions;
  const begin = Math.max(channel.oldest.listed, channel.current - 1);
  const film = channel.segment(begin)?.film;
  const init = rendition && film !== undefined ? channel.init(rendition, film, "both") : undefined;
  if (rendition === undefined || init === undefined)
    throw new MediaError("MEDIA_BROKEN", "a channel without tracks");
  if (request.fields.has("range") && !/^bytes=0-$/.test(request.fields.get("range") ?? ""))
    return say(416, "A film that never ends has no ranges.");
  const gone = goneSignal(request);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield init.octets;
    for (let number = begin; ; number++) {
      let same: boolean | undefined;
      for await (const { octets } of partsOf(channel, rendition, number, "both", gone)) {
        // Films of other sizes or codecs need another beginning, which one file cannot have twice.
        same ??= channel.segment(number)?.film === film;
        if (!same) return;
        yield octets;
      }
      if (gone.aborted || same === undefined) return;
    }
  };
  return {
    status: 200,
    fields: ["Content-Type", "video/mp4", "Cache-Control", "no-store"],
    content: { pieces: pieces() },
  };
}
