/** How much a rendition takes (RFC 8216 §4.1, §4.3.4.2). */

export interface Weighed {
  readonly octets: number;
  /** Seconds. */
  readonly duration: number;
}

/** Bits a second over all of it, rounded up. */
export function averageBitRate(segments: readonly Weighed[]): number {
  const octets = segments.reduce((sum, segment) => sum + segment.octets, 0);
  const duration = segments.reduce((sum, segment) => sum + segment.duration, 0);
  return duration > 0 ? Math.ceil((8 * octets) / duration) : 0;
}

/**
 * RFC 8216 §4.1: the largest bit rate of any contiguous set of segments whose total duration is between 0.5 and 1.5
 * times the target duration. Of a rendition too short for that, the average.
 */
export function peakBitRate(segments: readonly Weighed[], targetDuration: number): number {
  let peak = 0;
  for (let from = 0; from < segments.length; from++) {
    let octets = 0;
    let duration = 0;
    for (let to = from; to < segments.length; to++) {
      octets += segments[to]?.octets ?? 0;
      duration += segments[to]?.duration ?? 0;
      if (duration > 1.5 * targetDuration) break;
      if (duration >= 0.5 * targetDuration) peak = Math.max(peak, Math.ceil((8 * octets) / duration));
    }
  }
  return peak === 0 ? averageBitRate(segments) : peak;
}
