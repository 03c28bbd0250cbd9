/** The playlists of a film in segments of MPEG-TS, with pictures and sound together (RFC 8216 §3.2). */
import type { MasterPlaylist, MediaPlaylist } from "@socketscope/media";
import type { Film } from "../films/film.ts";
import { onDemand, type RenditionFacts } from "./playlists.ts";

/** RFC 8216 §7: seconds with a fraction need 3; EXT-X-INDEPENDENT-SEGMENTS is older players' to pass over. */
const VERSION = 3;

export function transportMaster(renditions: readonly RenditionFacts[]): MasterPlaylist {
  return {
    kind: "master",
    version: VERSION,
    independentSegments: true,
    renditions: [],
    variants: renditions.map(({ label, video, audio, size, frameRate }) => {
      const lanes = [video, audio].filter((lane) => lane !== undefined);
      return {
        uri: `${encodeURIComponent(label)}/ts.m3u8`,
        iFrames: false,
        bandwidth: lanes.reduce((sum, { transport }) => sum + transport.peak, 0),
        averageBandwidth: lanes.reduce((sum, { transport }) => sum + transport.average, 0),
        codecs: lanes.map(({ codecs }) => codecs).join(","),
        resolution: size,
        frameRate,
      };
    }),
  };
}

export function transportPlaylist(film: Film): MediaPlaylist {
  return {
    ...onDemand(film),
    version: VERSION,
    segments: Array.from({ length: film.segments }, (_value, i) => ({
      uri: `ts-${i}.ts`,
      duration: film.durationOf(i),
      discontinuity: false,
      gap: false,
      parts: [],
    })),
  };
}
