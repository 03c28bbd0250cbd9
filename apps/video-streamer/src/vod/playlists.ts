/** The playlists of a film on demand (RFC 8216). */
import {
  averageBitRate,
  fragmentOverhead,
  peakBitRate,
  type MasterPlaylist,
  type MediaPlaylist,
  type Rendition,
  type Variant,
  type Weighed,
} from "@socketscope/media";
import type { Film } from "../films/film.ts";
import type { Title } from "../films/library.ts";
import type { LaneName } from "./packager.ts";
import { transportOctets } from "../films/ts-weight.ts";

/** RFC 8216 §7: fragmented MP4 with EXT-X-MAP needs 6; audio renditions of a group are older than that. */
const VERSION = 7;

const AUDIO_GROUP = "sound";
const TEXT_GROUP = "text";

/** What the master says of one rendition. */
export interface RenditionFacts {
  readonly label: string;
  readonly video: LaneFacts | undefined;
  readonly audio: LaneFacts | undefined;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly frameRate: number | undefined;
  readonly channels: number | undefined;
  /** Of its key pictures alone; undefined where their sizes are not known. */
  readonly keys: { readonly average: number; readonly peak: number } | undefined;
}

interface LaneFacts {
  readonly codecs: string;
  /** As MPEG-TS, at most. */
  readonly transport: { readonly average: number; readonly peak: number };
  readonly average: number;
  readonly peak: number;
}

export async function factsOf(label: string, film: Film): Promise<RenditionFacts> {
  const weights = await film.weights();
  const target = targetDuration(film);
  const lane = (kind: LaneName): LaneFacts | undefined => {
    const track = film[kind]?.track;
    if (track === undefined) return undefined;
    const segments: Weighed[] = weights[kind].map(({ octets, count }, i) => ({
      octets: octets + fragmentOverhead([{ kind, count }]),
      duration: film.durationOf(i),
    }));
    const transport: Weighed[] = weights[kind].map(({ octets, count }, i) => ({
      octets: transportOctets(kind, { octets, count, duration: film.durationOf(i) }),
      duration: film.durationOf(i),
    }));
    return {
      codecs: track.codecString,
      transport: { average: averageBitRate(transport), peak: peakBitRate(transport, target) },
      average: averageBitRate(segments),
      peak: peakBitRate(segments, target),
    };
  };
  const { video, audio } = film;
  const keys = await keyWeights(film);
  const pictures = weights.video.reduce((sum, { count }) => sum + count, 0);
  return {
    label,
    video: lane("video"),
    audio: lane("audio"),
    size: video && { width: video.track.width, height: video.track.height },
    frameRate: video && pictures / film.duration,
    channels: audio?.track.channels,
    keys: keys && { average: averageBitRate(keys), peak: peakBitRate(keys, target) },
  };
}

/**
 * What of each segment is needed for its key picture: its head, which says where the samples lie, and the first of them.
 * Undefined where a size is known only once the picture was read.
 */
async function keyWeights(film: Film): Promise<Weighed[] | undefined> {
  const { video } = await film.weights();
  const keys = video.flatMap(({ count, first }, i) =>
    first === undefined
      ? []
      : [{ octets: fragmentOverhead([{ kind: "video", count }]) + first, duration: film.durationOf(i) }],
  );
  return keys.length > 0 && keys.length === film.segments ? keys : undefined;
}

/** Pictures of each rendition; the sound is that of the first rendition which has any, so that it never changes. */
export function masterPlaylist(
  { subtitles }: Pick<Title, "subtitles">,
  renditions: readonly RenditionFacts[],
): MasterPlaylist {
  const sounding = renditions.find(({ audio }) => audio !== undefined);
  const pictured = renditions.filter(({ video }) => video !== undefined);
  const texts: Rendition[] = subtitles.map(({ language }, i) => ({
    type: "SUBTITLES",
    groupId: TEXT_GROUP,
    name: language ?? (i === 0 ? "Subtitles" : `Subtitles ${i + 1}`),
    language,
    isDefault: false,
    autoselect: true,
    forced: false,
    uri: `text-${i}.m3u8`,
  }));
  const sound: Rendition[] =
    sounding === undefined || pictured.length === 0
      ? []
      : [
          {
            type: "AUDIO",
            groupId: AUDIO_GROUP,
            name: "Sound",
            isDefault: true,
            autoselect: true,
            forced: false,
            channels: String(sounding.channels ?? 2),
            uri: uriOf(sounding.label, "audio"),
          },
        ];
  const shared = {
    iFrames: false,
    audio: sound.length > 0 ? AUDIO_GROUP : undefined,
    subtitles: texts.length > 0 ? TEXT_GROUP : undefined,
  };
  const variants: Variant[] = pictured.map(({ label, video, size, frameRate }) => ({
    ...shared,
    uri: uriOf(label, "video"),
    // RFC 8216 §4.3.4.2: of the variant with every rendition that may be played along.
    bandwidth: (video?.peak ?? 0) + (sounding?.audio?.peak ?? 0),
    averageBandwidth: (video?.average ?? 0) + (sounding?.audio?.average ?? 0),
    codecs: [video, sounding?.audio].flatMap((lane) => lane?.codecs ?? []).join(","),
    resolution: size,
    frameRate,
  }));
  // RFC 8216 §4.3.4.3: for winding; they have no sound.
  const keyed = pictured.flatMap(({ label, video, size, keys }): Variant[] =>
    keys === undefined
      ? []
      : [
          {
            uri: `${encodeURIComponent(label)}/keys.m3u8`,
            iFrames: true,
            bandwidth: keys.peak,
            averageBandwidth: keys.average,
            codecs: video?.codecs,
            resolution: size,
          },
        ],
  );
  if (variants.length === 0 && sounding?.audio !== undefined) {
    const { average, peak, codecs } = sounding.audio;
    variants.push({
      ...shared,
      uri: uriOf(sounding.label, "audio"),
      bandwidth: peak,
      averageBandwidth: average,
      codecs,
    });
  }
  return {
    kind: "master",
    version: VERSION,
    independentSegments: true,
    renditions: [...sound, ...texts],
    variants: [...variants, ...keyed],
  };
}

export function mediaPlaylist(film: Film, lane: LaneName): MediaPlaylist {
  return {
    ...onDemand(film),
    segments: Array.from({ length: film.segments }, (_value, i) => ({
      uri: `${lane}-${i}.m4s`,
      duration: film.durationOf(i),
      discontinuity: false,
      map: i === 0 ? { uri: `${lane}.mp4` } : undefined,
      gap: false,
      parts: [],
    })),
  };
}

/** RFC 8216 §4.3.3.6: each segment is one key picture, shown until the next. Undefined where their sizes are not known. */
export async function keyPlaylist(film: Film): Promise<MediaPlaylist | undefined> {
  const keys = await keyWeights(film);
  if (keys === undefined) return undefined;
  const { segments, ...shared } = mediaPlaylist(film, "video");
  return {
    ...shared,
    iFramesOnly: true,
    segments: segments.map((segment, i) => ({
      ...segment,
      byteRange: { length: keys[i]?.octets ?? 0, offset: 0 },
    })),
  };
}

/** One segment that lasts as long as the film. RFC 8216 §3.5: without X-TIMESTAMP-MAP its times begin with the film's. */
export function textPlaylist(uri: string, duration: number): MediaPlaylist {
  const segment = { uri, duration, discontinuity: false, gap: false, parts: [] };
  return { ...whole(Math.max(1, Math.round(duration))), segments: [segment] };
}

/** What every playlist of a film says. */
export function onDemand(film: Film): Omit<MediaPlaylist, "segments"> {
  return whole(targetDuration(film));
}

function whole(target: number): Omit<MediaPlaylist, "segments"> {
  return {
    kind: "media",
    version: VERSION,
    independentSegments: true,
    targetDuration: target,
    mediaSequence: 0,
    discontinuitySequence: 0,
    type: "VOD",
    iFramesOnly: false,
    ended: true,
    preloadHints: [],
    reports: [],
    skipped: 0,
  };
}

/** RFC 8216 §4.3.3.1: no segment, rounded to the nearest second, may be longer. */
function targetDuration(film: Film): number {
  let longest = 1;
  for (let i = 0; i < film.segments; i++) longest = Math.max(longest, Math.round(film.durationOf(i)));
  return longest;
}

function uriOf(label: string, lane: LaneName): string {
  return `${encodeURIComponent(label)}/${lane}.m3u8`;
}
