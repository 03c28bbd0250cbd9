/** Segments of a channel as parts: what low latency hands out before the segment is whole. */
import { fragment, type Sample, type TrackRun } from "@socketscope/media";

/** One track's share of a segment. */
export interface LaneSamples {
  readonly kind: "video" | "audio";
  readonly timescale: number;
  /** The `ahead` of its track. */
  readonly ahead: number;
  /** On the channel's clock. */
  readonly samples: readonly Sample[];
}

export interface MadePart {
  readonly octets: Uint8Array;
  /** Seconds. */
  readonly duration: number;
  /** Seconds from the segment's beginning until it is on the air as a whole. */
  readonly ends: number;
  /** It begins with a key picture, or is sound. */
  readonly independent: boolean;
  /** What is in it, for containers of another kind. */
  readonly lanes: readonly LaneSamples[];
}

/** A segment is its parts, one behind the other. */
export interface MadeSegment {
  readonly parts: readonly MadePart[];
  readonly octets: number;
}

/** Parts a segment may be cut into: their fragments are numbered within it. */
const MOST_PARTS = 1000;

/**
 * `lanes` share a fragment; the first one leads: its samples are cut where a part is full, the others' by the clock.
 * `start` and `duration` of the segment, in seconds on the channel's clock; `target` of a part.
 */
export function cutParts(
  lanes: readonly LaneSamples[],
  segment: {
    readonly number: number;
    readonly start: number;
    readonly duration: number;
    /** It follows a discontinuity. */
    readonly first?: boolean;
  },
  target: number,
): MadeSegment {
  const { number, start, duration, first = false } = segment;
  const count = Math.min(MOST_PARTS, Math.max(1, Math.ceil(duration / target - 0.01)));
  const parts: MadePart[] = [];
  const cursors = lanes.map(() => 0);
  const timed = lanes.map(({ kind, samples }) => (kind === "video" ? withoutEdits(samples, first) : samples));
  for (let i = 0; i < count; i++) {
    const ends = i === count - 1 ? Infinity : (i + 1) * target;
    const fragments: TrackRun[] = [];
    const runs = lanes.map(({ kind, timescale, ahead, samples }, lane) => {
      const from = cursors[lane] ?? 0;
      let to = from;
      // Pictures come in the order of decoding, which is that of showing, so much ahead; half a tick for rounding.
      const order = kind === "video" ? ahead : 0;
      while (to < samples.length && ((samples[to]?.dts ?? 0) + order + 0.5) / timescale - start < ends) to++;
      cursors[lane] = to;
      const share = timed[lane]?.slice(from, to) ?? [];
      fragments.push({ track: lane + 1, kind, ahead: kind === "video" ? 0 : ahead, samples: share });
      return { track: lane + 1, kind, ahead, samples: samples.slice(from, to), timescale };
    });
    const leading = runs[0];
    if (leading === undefined || leading.samples.length === 0) continue;
    const ticks = leading.samples.reduce((sum, sample) => sum + sample.duration, 0);
    parts.push({
      octets: fragment(number * MOST_PARTS + i + 1, fragments),
      duration: ticks / leading.timescale,
      ends: Math.min(ends, duration),
      independent: leading.samples[0]?.key === true,
      lanes: runs,
    });
  }
  // Twice: as fragments, and as the samples in them.
  return { parts, octets: 2 * parts.reduce((sum, { octets }) => sum + octets.length, 0) };
}

/**
 * Pictures whose times need no edit list. hls.js passes over edit lists: behind a discontinuity it puts what is decoded
 * first where the film before it has ended, so that what is shown first came `ahead` later: a hole at each turn, at which
 * every player stood still. So nothing of the `first` segment is decoded before its first picture is shown: those that
 * would be are decoded in a hurry until the next one is due.
 */
function withoutEdits(samples: readonly Sample[], first: boolean): readonly Sample[] {
  const begin = first ? Math.min(...samples.map(({ pts }) => pts)) : -Infinity;
  const due = samples.findIndex(({ dts }) => dts > begin);
  const early = due < 0 ? samples.length : due;
  const until = samples[early]?.dts ?? begin;
  const times = samples.map(({ dts }, i) =>
    i < early ? begin + Math.floor((i * (until - begin)) / early) : dts,
  );
  return samples.map((sample, i) => {
    const dts = times[i] ?? sample.dts;
    const next = times[i + 1];
    return { ...sample, dts, duration: next === undefined ? sample.duration : next - dts };
  });
}
