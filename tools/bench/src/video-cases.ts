/** What is measured of the video streamer, against whom, and what we promise (issue 6). */
import type { AmountCase, Comparison } from "./cases.ts";

export const hlsCase: Comparison & { readonly connections: number } = {
  id: "hls",
  title: "200 viewers of HLS, flat out, segments of 3 MB",
  unit: "MB/s",
  ours: "video-streamer",
  peers: ["node:http + createReadStream"],
  beside: ["nginx"],
  connections: 200,
  floor: 1.5,
  goal: 2,
};

export const firstSegmentCase = {
  id: "hls-first",
  title: "First segment of a film of 100 MB that nobody has asked for yet",
  /** Of the time that `ffmpeg -f hls` takes. */
  floor: 1,
  /** Milliseconds that we want to take. */
  goal: 20,
} as const;

/** Viewers of a channel at the pace it is played, while others have asked for it and read nothing. */
export const liveCrowd = { viewers: 200, stalled: 10, seconds: 60 } as const;

export const videoAmounts = {
  live: {
    id: "live",
    title: "Stalls of 200 viewers of a live channel, beside 10 that read nothing",
    unit: "stalls",
    ceiling: 0,
  },
  // 200 MB.
  liveMemory: {
    id: "live-memory",
    title: "Memory at most, with these 200 and 10",
    unit: "MiB",
    ceiling: 190.7,
  },
  liveFlat: {
    id: "live-flat",
    title: "Growth of memory meanwhile",
    unit: "MiB",
    ceiling: 32,
  },
  long: {
    id: "hls-long",
    title: "Memory that a film of 2 hours takes beyond one of 2 minutes",
    unit: "MiB",
    ceiling: 32,
  },
} as const satisfies Record<string, AmountCase>;
