/** What reads one elementary stream. */
import type { AudioTrack, Sample, VideoTrack } from "../sample.ts";
import type { TsFault } from "./error.ts";

/** What one PES packet carried. */
export interface PesUnit {
  readonly data: Uint8Array;
  /** Ticks of 90 kHz, unrolled; undefined: it goes on what was before. */
  readonly pts: number | undefined;
  readonly dts: number | undefined;
}

export interface StreamTeller {
  track(track: VideoTrack | AudioTrack): void;
  sample(sample: Sample): void;
  jump(): void;
  fault(code: TsFault, why: string): void;
}

export interface StreamReader {
  read(unit: PesUnit): void;
  /** Octets of this stream are missing between what was read and what comes. */
  lost(): void;
  /** Nothing more comes: what is held back is told. */
  end(): void;
}
