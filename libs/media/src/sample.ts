/** What travels: coded pictures and frames of sound, the same for every container that carries them. */

/** One access unit. Times in ticks of its track's timescale. */
export interface Sample {
  /** Without start codes or headers of a container: H.264 and H.265 with lengths of four octets, AAC without ADTS. */
  readonly data: Uint8Array;
  /** When it is shown. */
  readonly pts: number;
  /** When it is decoded: never goes back within a track. */
  readonly dts: number;
  readonly duration: number;
  /** Decoding can begin here. */
  readonly key: boolean;
}

/** A sample that its container gave no decode time. */
export type Shown = Omit<Sample, "dts">;

/** A sample without its octets, which may still be on a disk. */
export interface Outline extends Omit<Sample, "data"> {
  /** Octets. */
  readonly size: number;
}

/**
 * Decode times for samples in decode order, where only the times of showing are known: the same times, in order, and
 * `ahead` ticks earlier. `samples`: from a key picture up to the next one, so that nothing of another group is shown
 * in between.
 */
export function withDecodeTimes<Timed extends Pick<Shown, "pts" | "duration">>(
  samples: readonly Timed[],
  ahead: number,
): (Timed & Pick<Sample, "dts">)[] {
  const shown = inOrder(samples);
  return samples.map((sample, i) => {
    const at = shown[i] ?? sample.pts;
    const next = shown[i + 1];
    return { ...sample, dts: at - ahead, duration: next === undefined ? sample.duration : next - at };
  });
}

/** Ticks by which decoding must run ahead of showing so that every picture is decoded when it is shown. */
export function decodingAhead(samples: readonly Pick<Shown, "pts">[]): number {
  const shown = inOrder(samples);
  return samples.reduce((most, { pts }, i) => Math.max(most, (shown[i] ?? pts) - pts), 0);
}

function inOrder(samples: readonly Pick<Shown, "pts">[]): number[] {
  return samples.map(({ pts }) => pts).toSorted((a, b) => a - b);
}

export type VideoCodec = "avc" | "hevc" | "vp9" | "av1";
export type AudioCodec = "aac" | "opus" | "mp3" | "flac";

/** What a decoder of pictures must know before the first one. */
export interface VideoTrack {
  readonly kind: "video";
  readonly codec: VideoCodec;
  /** As RFC 6381 writes it: `avc1.64001f`. */
  readonly codecString: string;
  /** Ticks a second. */
  readonly timescale: number;
  /** In pixels, as coded. */
  readonly width: number;
  readonly height: number;
  /** Width of a pixel to its height. Default square. */
  readonly pixelAspect?: { readonly num: number; readonly den: number } | undefined;
  /** See {@link AudioTrack.ahead}: here it is by how much decoding runs ahead of showing. */
  readonly ahead: number;
  /** Degrees, clockwise, that a player must turn it. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** The codec's own configuration record: avcC, hvcC; empty where it has none. */
  readonly description: Uint8Array;
}

export interface AudioTrack {
  readonly kind: "audio";
  readonly codec: AudioCodec;
  /** `mp4a.40.2` */
  readonly codecString: string;
  readonly timescale: number;
  readonly sampleRate: number;
  readonly channels: number;
  /**
   * Ticks by which its first decode time lies before 0: what a decoder of sound needs to get going. In MP4, where no
   * decode time is negative, they are added to every time and taken back by an edit list.
   */
  readonly ahead: number;
  /** AAC: AudioSpecificConfig · Opus: OpusHead · FLAC: "fLaC" and its blocks. */
  readonly description: Uint8Array;
}

export type Track = VideoTrack | AudioTrack;
