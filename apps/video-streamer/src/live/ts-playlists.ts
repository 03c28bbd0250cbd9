/** A channel's playlists and segments in MPEG-TS, for players that want it (RFC 8216 §3.2): whole segments only. */
import type { MasterPlaylist, MediaPlaylist, Segment } from "@socketscope/media";
import { transportOctets } from "../films/ts-weight.ts";
import type { AirRendition, Channel } from "./channel.ts";
import { transportFor } from "./transport.ts";

/** RFC 8216 §7: seconds with a fraction need 3. */
const VERSION = 3;

export function liveTransportMaster({ renditions }: Channel): MasterPlaylist {
  return {
    kind: "master",
    version: VERSION,
    independentSegments: true,
    renditions: [],
    variants: renditions.map(({ label, tracks, rates, frameRate }) => {
      const video = tracks.find((one) => one.video !== undefined)?.video;
      const audio = tracks.find((one) => one.audio !== undefined)?.audio;
      const rate = (bits: number): number =>
        8 *
        (transportOctets("video", { octets: bits / 8, count: frameRate ?? 0, duration: 1 }) +
          transportOctets("audio", { octets: 0, count: (audio?.sampleRate ?? 0) / 1024, duration: 1 }));
      return {
        uri: `${encodeURIComponent(label)}/ts.m3u8`,
        iFrames: false,
        bandwidth: rate(rates.peak),
        averageBandwidth: rate(rates.average),
        codecs: [video, audio].flatMap((track) => track?.codecString ?? []).join(","),
        resolution: video && { width: video.width, height: video.height },
        frameRate,
      };
    }),
  };
}

export function liveTransportPlaylist(channel: Channel): MediaPlaylist {
  const { current, targetDuration, ended } = channel;
  const { listed } = channel.oldest;
  const segments: Segment[] = [];
  for (let number = listed; number < current; number++) {
    const segment = channel.segment(number);
    if (segment === undefined) continue;
    const { discontinuity, programDateTime, duration } = segment;
    segments.push({
      uri: `ts-${number}.ts`,
      discontinuity,
      programDateTime,
      duration,
      gap: false,
      parts: [],
    });
  }
  const first = channel.segment(listed);
  const before = first?.discontinuity === true ? 1 : 0;
  return {
    kind: "media",
    version: VERSION,
    independentSegments: true,
    targetDuration,
    mediaSequence: listed,
    discontinuitySequence: (first?.discontinuities ?? 0) - (first === undefined ? 0 : before),
    iFramesOnly: false,
    ended,
    segments,
    preloadHints: [],
    reports: [],
    skipped: 0,
  };
}

/** Undefined for one that is not whole yet, or not kept any more. Throws FilmError. */
export async function transportSegment(
  channel: Channel,
  rendition: AirRendition,
  number: number,
): Promise<Uint8Array | undefined> {
  const segment = channel.segment(number);
  if (segment === undefined || number < channel.oldest.kept || number >= channel.current) return undefined;
  const parts = await channel.parts(rendition, number, "both");
  const mux = transportFor(channel, rendition, segment.film);
  return mux.segment(parts.flatMap(({ lanes }) => lanes));
}
