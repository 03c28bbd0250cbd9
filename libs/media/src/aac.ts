/** AAC's own configuration (ISO/IEC 14496-3 §1.6.2.1), as MP4 and FLV carry it. */
import { BitReader } from "./bit-reader.ts";
import { MediaError } from "./error.ts";
import { AAC_RATES } from "./adts.ts";

export interface AacConfiguration {
  /** As RFC 6381 §3.3 writes it: `mp4a.40.2`. */
  readonly codecString: string;
  readonly sampleRate: number;
  readonly channels: number;
}

/** Samples of one frame (ISO/IEC 14496-3 §4.5.1.1, frameLengthFlag 0). */
export const AAC_FRAME = 1024;

/** ISO/IEC 14496-3 table 1.15: the types that are more than 30. */
const ESCAPE = 31;
/** ISO/IEC 14496-3 table 1.18: the rate is written out. */
const EXPLICIT_RATE = 15;

/** Throws {@link MediaError} for what is none. */
export function parseAacConfiguration(octets: Uint8Array): AacConfiguration {
  const bits = new BitReader(octets);
  const short = bits.bits(5);
  const objectType = short === ESCAPE ? 32 + bits.bits(6) : short;
  const rateIndex = bits.bits(4);
  const sampleRate = rateIndex === EXPLICIT_RATE ? bits.bits(24) : AAC_RATES[rateIndex];
  const channels = bits.bits(4);
  if (bits.exhausted || objectType === 0 || sampleRate === undefined || sampleRate === 0 || channels > 7)
    throw new MediaError("MEDIA_BROKEN", "a configuration of AAC that is none");
  // ISO/IEC 14496-3 table 1.19: 7 stands for eight channels; 0, said elsewhere, is taken for two.
  return {
    codecString: `mp4a.40.${objectType}`,
    sampleRate,
    channels: channels === 7 ? 8 : channels === 0 ? 2 : channels,
  };
}
