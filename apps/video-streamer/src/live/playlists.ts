/** The playlists of a channel: a window that slides with the clock, plain or with parts (RFC 8216; rfc8216bis). */
import type {
  ComingSegment,
  MasterPlaylist,
  MediaPlaylist,
  Part,
  Rendition,
  RenditionReport,
  Segment,
} from "@socketscope/media";
import type { AirRendition, Channel, OnAir } from "./channel.ts";

/** rfc8216bis §8: parts, preload hints and server control need 6; EXT-X-SKIP 9. */
const VERSION = 9;
const AUDIO_GROUP = "sound";
/** Segments at the end whose parts are listed (rfc8216bis §4.4.4.9: the last three target durations). */
const WITH_PARTS = 3;

export type LiveLane = "video" | "audio";

/** `plain`: for players that know nothing of parts. */
export function liveMaster({ renditions }: Channel, plain: boolean): MasterPlaylist {
  const file = (lane: LiveLane): string => `${lane}${plain ? "-plain" : ""}.m3u8`;
  const [first] = renditions;
  const audio = first?.tracks.find((one) => one.audio !== undefined)?.audio;
  const pictured = renditions.filter(({ tracks }) => tracks.some((one) => one.video !== undefined));
  const sound: Rendition[] =
    audio === undefined || first === undefined || pictured.length === 0
      ? []
      : [
          {
            type: "AUDIO",
            groupId: AUDIO_GROUP,
            name: "Sound",
            isDefault: true,
            autoselect: true,
            forced: false,
            channels: String(audio.channels),
            uri: `${encodeURIComponent(first.label)}/${file("audio")}`,
          },
        ];
  return {
    kind: "master",
    version: VERSION,
    independentSegments: true,
    renditions: sound,
    variants: (pictured.length > 0 ? pictured : renditions).map(({ label, tracks, rates, frameRate }) => {
      const video = tracks.find((one) => one.video !== undefined)?.video;
      const all = tracks.flatMap((one) => [one.video?.codecString, one.audio?.codecString]);
      return {
        uri: `${encodeURIComponent(label)}/${file(video === undefined ? "audio" : "video")}`,
        iFrames: false,
        bandwidth: rates.peak,
        averageBandwidth: rates.average,
        codecs: [...new Set(all.filter((one) => one !== undefined))].join(","),
        resolution: video && { width: video.width, height: video.height },
        frameRate,
        audio: sound.length > 0 ? AUDIO_GROUP : undefined,
      };
    }),
  };
}

/** What has been on the air so far. */
export async function livePlaylist(
  channel: Channel,
  rendition: AirRendition,
  lane: LiveLane,
  plain: boolean,
): Promise<MediaPlaylist> {
  const { current, part, ended } = channel;
  const { listed } = channel.oldest;
  const segments: Segment[] = [];
  /** Whose initialization section was named last. */
  let film: number | undefined;
  for (let number = listed; number < current; number++) {
    const segment = channel.segment(number);
    if (segment === undefined) continue;
    const made = plain || number < current - WITH_PARTS ? [] : await channel.parts(rendition, number, lane);
    const parts = made.map((one, i) => listedPart(lane, number, i, one));
    segments.push({
      ...saidOf(segment, lane, parts, segment.film !== film),
      uri: `${lane}-${number}.m4s`,
      duration: segment.duration,
      gap: false,
    });
    film = segment.film;
  }
  const first = channel.segment(listed);
  const shared = {
    kind: "media",
    version: VERSION,
    independentSegments: true,
    targetDuration: channel.targetDuration,
    mediaSequence: listed,
    discontinuitySequence: first === undefined ? 0 : sequenceBefore(first),
    iFramesOnly: false,
    ended,
    segments,
    reports: [],
    skipped: 0,
  } as const;
  if (plain) return { ...shared, preloadHints: [] };
  const coming = channel.segment(current);
  const ready = coming === undefined ? [] : await channel.parts(rendition, current, lane);
  const more = await channel.hasPart(rendition, current, ready.length, lane);
  const hint = more ? partName(lane, current, ready.length) : partName(lane, current + 1, 0);
  const longest = partTarget(lane, rendition, part);
  return {
    ...shared,
    partTarget: longest,
    // rfc8216bis §4.4.3.8: at least three parts from the end.
    serverControl: {
      canBlockReload: true,
      partHoldBack: 3 * longest,
      canSkipUntil: skipBoundary(channel.targetDuration, segments),
    },
    // Before its first part is there nothing is said of it: a tag without a part would be of what comes after.
    coming:
      coming === undefined || ready.length === 0
        ? undefined
        : saidOf(
            coming,
            lane,
            ready.map((one, i) => listedPart(lane, current, i, one)),
            coming.film !== film,
          ),
    preloadHints: ended ? [] : [{ type: "PART", uri: hint }],
    reports: reportsOf(channel, rendition, lane, lastOf(current, ready.length, segments)),
  };
}

/** rfc8216bis §4.4.3.8: six target durations at least; not told where nothing lies before it. */
function skipBoundary(targetDuration: number, segments: readonly Segment[]): number | undefined {
  const boundary = 6 * targetDuration;
  const listed = segments.reduce((sum, { duration }) => sum + duration, 0);
  return listed > boundary ? boundary : undefined;
}

/** The last part there is. */
function lastOf(current: number, ready: number, segments: readonly Segment[]): Last {
  return ready > 0
    ? { lastSequence: current, lastPart: ready - 1 }
    : { lastSequence: current - 1, lastPart: Math.max(0, (segments.at(-1)?.parts.length ?? 0) - 1) };
}

type Last = Pick<RenditionReport, "lastSequence" | "lastPart">;

/**
 * rfc8216bis §4.4.5.4: how far the other playlists are, so that who changes over need not ask twice. All lanes of a
 * channel are cut at the same places.
 */
function reportsOf(
  { renditions }: Channel,
  own: AirRendition,
  ownLane: LiveLane,
  last: Last,
): RenditionReport[] {
  return renditions.flatMap((rendition) =>
    (["video", "audio"] as const)
      .filter((lane) => rendition !== own || lane !== ownLane)
      .filter((lane) => rendition.tracks.some((tracks) => tracks[lane] !== undefined))
      // The sound of the first one serves all.
      .filter((lane) => lane === "video" || rendition === renditions[0])
      .map((lane) => {
        const folder = rendition === own ? "" : `../${encodeURIComponent(rendition.label)}/`;
        return { uri: `${folder}${lane}.m3u8`, ...last };
      }),
  );
}

/** What a playlist says of a segment, also while it is being made. */
function saidOf(
  { film, discontinuity, programDateTime }: OnAir,
  lane: LiveLane,
  parts: readonly Part[],
  mapped: boolean,
): ComingSegment {
  return {
    discontinuity,
    map: mapped ? { uri: `${lane}-init-${film}.mp4` } : undefined,
    programDateTime,
    parts,
  };
}

function listedPart(
  lane: LiveLane,
  number: number,
  index: number,
  { duration, independent }: { readonly duration: number; readonly independent: boolean },
): Part {
  return { uri: partName(lane, number, index), duration, independent, gap: false };
}

function partName(lane: LiveLane, number: number, index: number): string {
  return `${lane}-${number}.${index}.m4s`;
}

/** RFC 8216 §4.3.3.3: what has been removed; the tag on the first segment that is listed still counts by itself. */
function sequenceBefore({ discontinuities, discontinuity }: OnAir): number {
  return discontinuity ? discontinuities - 1 : discontinuities;
}

/** Samples of one frame of sound; of a codec that is not among them, as many as the longest has. */
const FRAME = { aac: 1024, mp3: 1152, opus: 960, flac: 4608 } as const;

/** Seconds of the longest part (rfc8216bis §4.4.3.7): pictures and frames of sound are not divided. */
function partTarget(lane: LiveLane, { tracks, frameRate = 25 }: AirRendition, part: number): number {
  const audio = tracks.find((one) => one.audio !== undefined)?.audio;
  const sample =
    lane === "audio" && audio !== undefined ? FRAME[audio.codec] / audio.sampleRate : 1 / frameRate;
  const most = lane === "audio" ? Math.floor(part / sample) + 1 : Math.ceil(part / sample - 0.01);
  return Math.ceil(most * sample * 100_000) / 100_000;
}
