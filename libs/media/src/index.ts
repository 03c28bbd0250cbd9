export * from "./playlist/index.ts";
export { MediaError, type MediaFault } from "./error.ts";
export {
  type AudioCodec,
  type AudioTrack,
  type Outline,
  type Sample,
  type Shown,
  type Track,
  type VideoCodec,
  type VideoTrack,
  decodingAhead,
  withDecodeTimes,
} from "./sample.ts";
export { initSection } from "./fmp4/init.ts";
export { fragment, fragmentHead, fragmentOverhead, type OutlineRun, type TrackRun } from "./fmp4/fragment.ts";
export { RecordingWriter, type RecordingEnd } from "./fmp4/recording.ts";
export { FMP4_LIMITS, Fmp4Reader, type Fmp4Event, type Fmp4Limits } from "./fmp4/reader.ts";
export { readWholeMovie, type WholeTrack } from "./fmp4/read-movie.ts";
export { type SampleTable } from "./fmp4/sample-table.ts";
export { FLV_LIMITS, FlvReader, type FlvEvent, type FlvLimits } from "./flv.ts";
export { AAC_FRAME, parseAacConfiguration, type AacConfiguration } from "./aac.ts";
export { annexBUnits, avcConfiguration, lengthPrefixed } from "./h264.ts";
export { parseAdts, type AdtsHeader } from "./adts.ts";
export { averageBitRate, peakBitRate, type Weighed } from "./bit-rate.ts";
export * from "./ts/index.ts";
export * from "./rtp/index.ts";
