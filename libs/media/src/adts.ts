/** AAC as a stream carries it: each frame behind an ADTS header (ISO/IEC 13818-7 §6.2). */
import { MediaError } from "./error.ts";
import { u8 } from "./fmp4/box.ts";

export interface AdtsHeader {
  /** Octets of the header: 7, or 9 with a checksum. */
  readonly length: number;
  /** Octets of header and frame. */
  readonly frameLength: number;
  /** The same said as MP4 does: AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
  readonly description: Uint8Array;
  readonly sampleRate: number;
  readonly channels: number;
}

/** ISO/IEC 14496-3 table 1.18. */
export const AAC_RATES: readonly number[] = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Throws {@link MediaError} for what is no such header. */
export function parseAdts(octets: Uint8Array): AdtsHeader {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = octets;
  const rateIndex = (c >> 2) & 15;
  const sampleRate = AAC_RATES[rateIndex];
  if (octets.length < 7 || a !== 0xff || (b & 0xf6) !== 0xf0 || sampleRate === undefined)
    throw new MediaError("MEDIA_BROKEN", "no ADTS header where a frame of AAC begins");
  const channelsIndex = ((c & 1) << 2) | (d >> 6);
  const objectType = (c >> 6) + 1;
  return {
    length: (b & 1) === 1 ? 7 : 9,
    frameLength: ((d & 3) << 11) | (e << 3) | (f >> 5),
    description: u8((objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channelsIndex << 3)),
    sampleRate,
    channels: channelsIndex === 7 ? 8 : channelsIndex,
  };
}
