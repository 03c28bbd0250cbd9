/** Samples as the streams in MPEG-TS have them: pictures with start codes, sound behind ADTS headers. */
import { MediaError } from "../error.ts";
import { joined, u8 } from "../fmp4/box.ts";
import type { AudioTrack, Sample, VideoTrack } from "../sample.ts";
import { TsError } from "./error.ts";

const START_CODE = u8(0, 0, 0, 1);
/** ITU-T H.264 §7.3.2.4: a delimiter that promises nothing of the slices. */
const DELIMITER = u8(0, 0, 0, 1, 9, 0xf0);

const SPS = 7;
const DELIMITER_TYPE = 9;

/** Makes the octets of one sample. */
export type ToElementary = (sample: Sample) => Uint8Array;

/**
 * ISO/IEC 13818-1 §2.14.1: each picture begins with a delimiter; a key picture brings its parameter sets along, for those
 * who tune in. Throws {@link TsError} for a track that MPEG-TS does not carry here.
 */
export function pictures({ codec, description }: VideoTrack): ToElementary {
  if (codec !== "avc") throw new TsError("TS_CODEC", `${codec} in MPEG-TS is not made here: H.264 only`);
  const { lengthSize, sets } = parseConfiguration(description);
  const parameters = joined(sets.flatMap((set) => [START_CODE, set]));
  return ({ data, key }) => {
    const units = prefixedUnits(data, lengthSize);
    const own = units.some((unit) => ((unit[0] ?? 0) & 0x1f) === SPS);
    return joined([
      DELIMITER,
      ...(key && !own ? [parameters] : []),
      ...units.flatMap((unit) => (((unit[0] ?? 0) & 0x1f) === DELIMITER_TYPE ? [] : [START_CODE, unit])),
    ]);
  };
}

/** Throws {@link TsError} for sound that is not AAC, and {@link MediaError} without its configuration. */
export function sound({ codec, description }: AudioTrack): ToElementary {
  if (codec !== "aac") throw new TsError("TS_CODEC", `${codec} in MPEG-TS is not made here: AAC only`);
  const [first, second] = description;
  if (first === undefined || second === undefined)
    throw new MediaError("MEDIA_NO_CONFIGURATION", "AAC without its configuration");
  // ISO/IEC 14496-3 §1.6.2.1: five bits of object type, four of rate, four of channels. ADTS has two bits for the
  // type, less one: what is none of the first four goes as the low complexity that is in it.
  const type = first >> 3;
  const profile = type >= 1 && type <= 4 ? type - 1 : 1;
  const rate = ((first & 7) << 1) | (second >> 7);
  const channels = (second >> 3) & 15;
  if (rate > 12 || channels > 7)
    throw new TsError("TS_CODEC", "AAC of a rate or of channels that an ADTS header cannot say");
  return ({ data }) => joined([adtsHeader(profile, rate, channels, data.length), data]);
}

/** ISO/IEC 13818-7 §6.2: without checksum, one frame, a buffer of any fullness. */
function adtsHeader(profile: number, rate: number, channels: number, content: number): Uint8Array {
  const length = 7 + content;
  if (length > 0x1fff) throw new TsError("TS_LIMIT", `a frame of AAC of ${content} octets`);
  return u8(
    0xff,
    0xf1,
    (profile << 6) | (rate << 2) | (channels >> 2),
    ((channels & 3) << 6) | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  );
}

/** ISO/IEC 14496-15 §5.3.3.1. */
function parseConfiguration(record: Uint8Array): { lengthSize: number; sets: Uint8Array[] } {
  const broken = (): MediaError =>
    new MediaError("MEDIA_NO_CONFIGURATION", "H.264 without its configuration");
  if (record.length < 7) throw broken();
  const lengthSize = ((record[4] ?? 0) & 3) + 1;
  const sets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at++] ?? 0) & mask;
    for (let i = 0; i < count; i++) {
      const size = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      if (at + 2 + size > record.length) throw broken();
      sets.push(record.subarray(at + 2, at + 2 + size));
      at += 2 + size;
    }
  }
  return { lengthSize, sets };
}

/** Throws {@link MediaError} when a length leads over the end. */
function prefixedUnits(data: Uint8Array, lengthSize: number): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    let size = 0;
    for (let i = 0; i < lengthSize; i++) size = size * 256 + (data[at + i] ?? 0);
    at += lengthSize;
    if (at + size > data.length)
      throw new MediaError("MEDIA_BROKEN", "a picture whose units do not end where it does");
    if (size > 0) units.push(data.subarray(at, at + size));
    at += size;
  }
  return units;
}
