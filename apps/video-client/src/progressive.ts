/** A film or an endless stream as one response: octets, and of fragmented MP4 and MPEG-TS the times in them. */
import { setTimeout as later } from "node:timers/promises";
import type { Fetched } from "./fetcher.ts";
import type { Playback } from "./playback.ts";
import type { Output } from "./sink.ts";
import { Times } from "./times.ts";

export interface ProgressiveOptions {
  readonly flatOut: boolean;
  readonly output: Output | undefined;
  readonly signal: AbortSignal;
  /** Told once it is known what comes. */
  readonly times: (times: Times) => void;
}

/** Seconds of film that are read ahead of what is shown: then the socket is left to fill. */
const AHEAD = 30;

export async function watchStream(
  { pieces }: Fetched,
  playback: Playback,
  options: ProgressiveOptions,
  now: () => number,
): Promise<void> {
  const { flatOut, output, signal } = options;
  let times: Times | undefined;
  for await (const octets of pieces) {
    if (times === undefined) {
      times = new Times(octets[0] === 0x47);
      options.times(times);
    }
    const seconds = times.push(octets);
    if (seconds > 0) playback.film(seconds, now());
    await output?.write(octets);
    if (flatOut) continue;
    while (playback.buffer(now()) > AHEAD) await later(250, undefined, { signal });
  }
}
