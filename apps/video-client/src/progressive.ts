/** A film or an endless stream as one response: octets, and of fragmented MP4 and MPEG-TS the times in them. */
import { setTimeout as later } from "node:timers/promises";
import { Fmp4Reader, MediaError, TsDemultiplexer, type Sample } from "@socketscope/media";
import type { Fetched } from "./fetcher.ts";
import type { Playback } from "./playback.ts";
import type { Output } from "./sink.ts";

export interface ProgressiveOptions {
  readonly flatOut: boolean;
  readonly output: Output | undefined;
  readonly signal: AbortSignal;
}

/** Seconds of film that are read ahead of what is shown: then the socket is left to fill. */
const AHEAD = 30;

export async function watchStream(
  { pieces }: Fetched,
  playback: Playback,
  { flatOut, output, signal }: ProgressiveOptions,
  now: () => number,
): Promise<void> {
  let times: Times | undefined;
  for await (const octets of pieces) {
    times ??= new Times(octets[0] === 0x47);
    const seconds = times.push(octets);
    if (seconds > 0) playback.film(seconds, now());
    await output?.write(octets);
    if (flatOut) continue;
    while (playback.buffer(now()) > AHEAD) await later(250, undefined, { signal });
  }
}

/** How much film has come. Of what it cannot read it says nothing: an MP4 with its index at the end, for one. */
class Times {
  readonly #ts: TsDemultiplexer | undefined;
  #mp4: Fmp4Reader | undefined;
  readonly #timescales = new Map<number, number>();
  #leading: number | undefined;
  #last: number | undefined;

  constructor(ts: boolean) {
    this.#ts = ts ? new TsDemultiplexer() : undefined;
    this.#mp4 = ts ? undefined : new Fmp4Reader();
  }

  /** Seconds that these octets made whole. */
  push(octets: Uint8Array): number {
    let seconds = 0;
    for (const event of this.#ts?.push(octets) ?? []) {
      if (event.type === "track") this.#track(event.pid, event.track);
      else if (event.type === "sample") seconds += this.#sample(event.pid, event.sample);
    }
    try {
      for (const event of this.#mp4?.push(octets) ?? []) {
        if (event.type === "track") this.#track(event.id, event.track);
        else seconds += this.#sample(event.id, event.sample);
      }
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#mp4 = undefined;
    }
    return seconds;
  }

  #track(
    id: number,
    { kind, timescale }: { readonly kind: "video" | "audio"; readonly timescale: number },
  ): void {
    this.#timescales.set(id, timescale);
    if (kind === "video" || this.#leading === undefined) this.#leading = id;
  }

  #sample(id: number, { dts, duration }: Sample): number {
    if (id !== this.#leading) return 0;
    const timescale = this.#timescales.get(id) ?? 1;
    const end = dts + duration;
    const step = this.#last === undefined ? duration : end - this.#last;
    this.#last = end;
    // Times that leap are another stream's.
    return step > 0 && step < 10 * timescale ? step / timescale : duration / timescale;
  }
}
