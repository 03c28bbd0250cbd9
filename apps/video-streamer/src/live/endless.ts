/** One response that never ends: fragmented MP4, a chunk for each part as it is made. */
import { MediaError } from "@socketscope/media";
import type { Request, Response } from "@socketscope/web";
import { goneSignal, say } from "../answers.ts";
import type { Channel } from "./channel.ts";

/** It begins with the last whole segment: a key picture, and enough to start with that the player need not wait for each part. */
export function endless(request: Request, channel: Channel): Response {
  const [rendition] = channel.renditions;
  const begin = Math.max(0, channel.current.number - 1);
  const { film } = channel.loop.segment(begin);
  const init = rendition && channel.init(rendition, film, "both");
  if (rendition === undefined || init === undefined)
    throw new MediaError("MEDIA_BROKEN", "a channel without tracks");
  if (request.fields.has("range") && !/^bytes=0-$/.test(request.fields.get("range") ?? ""))
    return say(416, "A film that never ends has no ranges.");
  const gone = goneSignal(request);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield init;
    // Films of other sizes or codecs need another beginning, which one file cannot have twice.
    for (let number = begin; channel.loop.segment(number).film === film; number++) {
      const { airStart } = channel.loop.segment(number);
      const { parts } = await channel.made(rendition, number, "both");
      for (const { octets, ends } of parts) {
        if (!(await channel.until(airStart + ends, gone))) return;
        yield octets;
      }
    }
  };
  return {
    status: 200,
    fields: ["Content-Type", "video/mp4", "Cache-Control", "no-store"],
    content: { pieces: pieces() },
  };
}
