/** A channel, whatever feeds it: what is on the air now, what was, and how one waits for what comes. */
import { initSection, type AudioTrack, type VideoTrack } from "@socketscope/media";
import type { MadePart } from "./parts.ts";

/** Which lanes go into a fragment: HLS has them apart, an endless file together. */
export type Lanes = "video" | "audio" | "both";

export interface LaneTracks {
  readonly video: VideoTrack | undefined;
  readonly audio: AudioTrack | undefined;
}

/** One picture size of a channel. */
export interface AirRendition {
  readonly label: string;
  /** Of each film that is shown in it. */
  readonly tracks: readonly LaneTracks[];
  /** Bits a second at the peak, and on average, of pictures and of sound. */
  readonly rates: { readonly peak: number; readonly average: number };
  readonly frameRate: number | undefined;
}

/** A segment on the air, or one that has been there. */
export interface OnAir {
  /** Counts up for ever, from 0 at the beginning of the channel. */
  readonly number: number;
  /** Which initialization section it needs. */
  readonly film: number;
  /** Times, sizes or codecs change before it. */
  readonly discontinuity: boolean;
  /** EXT-X-DISCONTINUITY tags from the channel's beginning up to this segment, its own included. */
  readonly discontinuities: number;
  /** Milliseconds since 1970 of its first sample. */
  readonly programDateTime: number;
  /** Seconds; of the one that is being made: as far as it goes, or what it will be. */
  readonly duration: number;
}

/** What decoding must know first. */
export interface Beginning {
  readonly octets: Uint8Array;
  /** Fit for an entity tag. */
  readonly tag: string;
}

export interface Channel {
  readonly name: string;
  /** Fit for entity tags: another one when numbers begin again. */
  readonly tag: string;
  readonly renditions: readonly AirRendition[];
  /** The number of the segment that is being made. */
  readonly current: number;
  /** The oldest segment in the playlist, and the oldest that can still be had. */
  readonly oldest: { readonly listed: number; readonly kept: number };
  /** Nothing will come any more. */
  readonly ended: boolean;
  /** Seconds, whole (RFC 8216 §4.3.3.1). */
  readonly targetDuration: number;
  /** Seconds that a part is to have. */
  readonly part: number;

  /** Undefined for one that is not there yet, or not any more. */
  segment(number: number): OnAir | undefined;
  init(rendition: AirRendition, film: number, lanes: Lanes): Beginning | undefined;
  /** The parts of a segment that have been on the air. Throws FilmError. */
  parts(rendition: AirRendition, number: number, lanes: Lanes): Promise<readonly MadePart[]>;
  /** Whether a segment has, or will have, a part of that index; false when the next segment begins before. */
  hasPart(rendition: AirRendition, number: number, index: number, lanes: Lanes): Promise<boolean>;
  /** Waits for a part. Undefined when the segment is whole without it, or is not to be had, or `gone` is said. */
  awaitPart(
    rendition: AirRendition,
    number: number,
    index: number,
    lanes: Lanes,
    gone: AbortSignal,
  ): Promise<MadePart | undefined>;
  /** Waits until a segment is whole; false when it will not be, or `gone` is said. */
  awaitSegment(number: number, gone: AbortSignal): Promise<boolean>;
}

/** Time, as a channel goes by it. */
export interface ChannelClock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /** Calls `then` after `ms`; returns how to call it off. */
  after(ms: number, then: () => void): () => void;
}

export const SYSTEM_CLOCK: ChannelClock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

export interface ChannelLimits {
  /** Segments in the playlist. Default 6 (RFC 8216 §6.2.2: at least three target durations). */
  readonly window: number;
  /** Segments that can still be had after they left it. Default 6 (RFC 8216 §6.2.2). */
  readonly kept: number;
  /** Octets of segments in memory. Default 32 MiB. */
  readonly octets: number;
}

export const CHANNEL_LIMITS: ChannelLimits = { window: 6, kept: 6, octets: 32 * 1024 * 1024 };

/** The parts of a segment, each as soon as it is on the air. */
export async function* partsOf(
  channel: Channel,
  rendition: AirRendition,
  number: number,
  lanes: Lanes,
  gone: AbortSignal,
): AsyncGenerator<MadePart> {
  for (let index = 0; ; index++) {
    const part = await channel.awaitPart(rendition, number, index, lanes, gone);
    if (part === undefined) return;
    yield part;
  }
}

export function initOf(tracks: LaneTracks, lanes: Lanes): Uint8Array | undefined {
  const kinds = lanes === "both" ? (["video", "audio"] as const) : [lanes];
  const wanted = kinds.flatMap((kind) => tracks[kind] ?? []);
  return wanted.length === 0 ? undefined : initSection(wanted);
}
