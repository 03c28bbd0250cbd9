/** What comes over HTTP, recognised by how it begins, and read into a publication. */
import { Fmp4Reader, MediaError, TsDemultiplexer, type TsEvent } from "@socketscope/media";
import { IngestError } from "./errors.ts";
import type { Publication } from "./publication.ts";

/** Octets in any pieces; throws IngestError or MediaError for what cannot be shown. */
export interface StreamReader {
  /** "MP4" */
  readonly kind: string;
  push(octets: Uint8Array): void;
  end(): void;
}

/** ISO/IEC 13818-1 §2.4.3.3: each packet begins with it. */
const TS_SYNC_BYTE = 0x47;

/** `first`: of the stream, at least one octet. Throws IngestError. */
export function readerFor(first: Uint8Array, publication: Publication): StreamReader {
  // ISO/IEC 14496-12 §4.2: the first box is small, so its length of 32 bits begins with a zero.
  if (first[0] === 0) return new Mp4Stream(publication);
  if (first[0] === TS_SYNC_BYTE) return new TsStream(publication);
  throw new IngestError(
    "INGEST_FORMAT",
    "this is no stream that is known here: send MPEG-TS (ffmpeg: -f mpegts) or fragmented MP4 (-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof)",
  );
}

class Mp4Stream implements StreamReader {
  readonly kind = "MP4";
  readonly #publication: Publication;
  readonly #reader = new Fmp4Reader();

  constructor(publication: Publication) {
    this.#publication = publication;
  }

  push(octets: Uint8Array): void {
    let tracks = false;
    for (const event of this.#reader.push(octets)) {
      if (event.type === "track") {
        this.#publication.track(event.id, event.track);
        tracks = true;
        continue;
      }
      // moov has told of all of them.
      if (tracks) this.#publication.settled();
      tracks = false;
      this.#publication.sample(event.id, event.sample);
    }
    if (tracks) this.#publication.settled();
  }

  end(): void {
    // A publisher that is cut off within a fragment has published what came before.
    if (!this.#reader.whole) throw new MediaError("MEDIA_BROKEN", "it ends within a fragment");
  }
}

/** What is damaged is left out, and it goes on. */
class TsStream implements StreamReader {
  readonly kind = "MPEG-TS";
  readonly #publication: Publication;
  readonly #reader = new TsDemultiplexer();

  constructor(publication: Publication) {
    this.#publication = publication;
  }

  push(octets: Uint8Array): void {
    for (const event of this.#reader.push(octets)) this.#heed(event);
  }

  end(): void {
    for (const event of this.#reader.end()) this.#heed(event);
  }

  #heed(event: TsEvent): void {
    switch (event.type) {
      case "track":
        return this.#publication.track(event.pid, event.track);
      case "sample":
        return this.#publication.sample(event.pid, event.sample);
      case "jump":
        return this.#publication.jump(event.pid);
      case "program":
        if (event.streams.every(({ codec }) => codec === undefined))
          throw new IngestError("INGEST_FORMAT", "none of its streams is read here: send H.264 and AAC");
        return undefined;
      case "fault":
        if (event.code === "TS_NOT_A_STREAM") throw new IngestError("INGEST_FORMAT", event.why);
        if (event.code === "TS_CODEC") this.#publication.warning ??= `${event.why}, and left out`;
        return undefined;
      case "clock":
        return undefined;
    }
  }
}
