/** What a demultiplexer tells, and how much of it. */
import type { AudioTrack, Sample, VideoTrack } from "../sample.ts";
import type { TsFault } from "./error.ts";

/** A stream of the program that is on. */
export interface TsStream {
  readonly pid: number;
  /** ISO/IEC 13818-1 table 2-34. */
  readonly streamType: number;
  /** Undefined: its samples are not told. */
  readonly codec: "avc" | "aac" | undefined;
}

export type TsEvent =
  /** What is on: at first, and again when it changes. */
  | {
      readonly type: "program";
      readonly number: number;
      readonly pcrPid: number;
      readonly streams: readonly TsStream[];
    }
  /**
   * What the decoder must know for the samples of this PID that follow: before the first one, and again when it
   * changes. The timescale is 90,000 for pictures, the sample rate for sound; both count from the same zero.
   */
  | { readonly type: "track"; readonly pid: number; readonly track: VideoTrack | AudioTrack }
  /** In the order of decoding. The first of pictures is a key picture. */
  | {
      readonly type: "sample";
      readonly pid: number;
      readonly kind: "video" | "audio";
      readonly sample: Sample;
    }
  /** The times of this PID do not go on from here: they go back, or leap by more than `gap` seconds. Its next sample is of the new ones. */
  | { readonly type: "jump"; readonly pid: number; readonly kind: "video" | "audio" }
  /** A program clock reference, at 27 MHz, as it is written; `at`: the octet of the stream where its packet begins. */
  | { readonly type: "clock"; readonly pid: number; readonly pcr: number; readonly at: number }
  /** Something is wrong, and was left out. Reading goes on, but for TS_NOT_A_STREAM. */
  | {
      readonly type: "fault";
      readonly code: TsFault;
      readonly pid: number | undefined;
      /** Octets of the stream before the packet in which it was seen. */
      readonly at: number;
      readonly why: string;
    };

export interface TsLimits {
  /** Octets searched for a first packet. Default 65,536. */
  readonly search: number;
  /** Octets of one PES packet and of one picture. Default 4 MiB: a key picture in 4K has a tenth. */
  readonly unit: number;
  /** Streams of the program that are read. Default 8. */
  readonly streams: number;
  /** Seconds that times may leap before it counts as a jump. Default 10. */
  readonly gap: number;
}

export const TS_LIMITS: TsLimits = { search: 65_536, unit: 4 * 1024 * 1024, streams: 8, gap: 10 };
