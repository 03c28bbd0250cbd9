/** One response that never ends: fragmented MP4, a chunk for each part as it is made. */
import { MediaError } from "@socketscope/media";
import type { Request, Response } from "@socketscope/web";
import { goneSignal, say } from "../answers.ts";
import { partsOf, type Channel } from "./channel.ts";

/**
 * Octets a second at least. Chromium's <video> hands an endless response on in blocks of 32 KiB: of a thin channel one
 * takes seconds, and the picture waits for it.
 */
const LEAST = 32 * 1024;

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
      for await (const { octets, duration } of partsOf(channel, rendition, number, "both", gone)) {
        // Films of other sizes or codecs need another beginning, which one file cannot have twice.
        same ??= channel.segment(number)?.film === film;
        if (!same) return;
        yield octets;
        const thin = Math.ceil(LEAST * duration) - octets.length;
        if (thin > 0) yield freeSpace(thin);
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

/** ISO/IEC 14496-12 §8.1.2: a box that every reader passes over. `size` of what is in it. */
function freeSpace(size: number): Uint8Array {
  const box = Buffer.alloc(8 + size);
  box.writeUInt32BE(box.length);
  box.write("free", 4, "latin1");
  return box;
}
